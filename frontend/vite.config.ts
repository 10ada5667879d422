import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Names in the page all files that it may load, so that they can be kept for a time without the network. */
const files: Plugin = {
  name: "zenspa-files",
  transformIndexHtml: {
    order: "post",
    handler: (_, { bundle }) => {
      const paths = Object.keys(bundle ?? {}).filter((path) => path.startsWith("assets/"));
      const content = paths.map((path) => `/${path}`).join(" ");
      return bundle === undefined
        ? []
        : [{ tag: "meta", attrs: { name: "files", content }, injectTo: "head" }];
    },
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), files],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the Content-Security-Policy allows no data: in scripts, styles and fonts
    modulePreload: { polyfill: false },
    // Few files on the way to the board, each with what it imports. The rest is split by itself.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: "libraries",
              test: /node_modules\/(react|react-dom|scheduler|i18next|react-i18next|@tanstack)\//,
              priority: 4,
            },
            {
              name: "start",
              test: /src\/(app\/(router|files)|api\/client|sign-in\/SignInPage)\.tsx?$|csp-provider/,
              priority: 3,
            },
            { name: "shell", test: /src\/(shell\/Shell|actions\/)/, priority: 2 },
            { name: "board", test: /src\/board\/BoardPage/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": process.env.API ?? "http://localhost:8000" } },
  test: { include: ["src/**/*.test.{ts,tsx}"], env: { TZ: "Europe/Berlin" } },
});
