import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the Content-Security-Policy allows no data: in scripts, styles and fonts
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": process.env.API ?? "http://localhost:8000" } },
  test: { include: ["src/**/*.test.{ts,tsx}"], env: { TZ: "Europe/Berlin" } },
});
