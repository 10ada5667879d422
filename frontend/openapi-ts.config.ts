import { defineConfig } from "@hey-api/openapi-ts";

// `zenspa screens` writes openapi.json; the client is generated from it and never committed.
export default defineConfig({
  input: "./openapi.json",
  output: "./src/api/generated",
  parser: { transforms: { readWrite: false } }, // or each schema exists twice, for one computed field
  plugins: [
    "@hey-api/client-fetch",
    "@hey-api/typescript",
    { name: "@hey-api/sdk", operations: { strategy: "flat" } },
  ],
});
