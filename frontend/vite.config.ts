import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin, Rolldown } from "vite";
import { defineConfig } from "vitest/config";
import { splitOperations } from "./operations.ts";

/** Names in the page all files that it may load, so that they can be kept for a time without the network: all but those of
    the owner's screens and of reports, which are of no use without it. */
const files: Plugin = {
  name: "zenspa-files",
  transformIndexHtml: {
    order: "post",
    handler: (_, { bundle }) => {
      const paths = Object.entries(bundle ?? {})
        .filter(([path, file]) => path.startsWith("assets/") && !(file.type === "chunk" && isOfOwner(file)))
        .map(([path]) => path);
      const content = paths.map((path) => `/${path}`).join(" ");
      return bundle === undefined
        ? []
        : [{ tag: "meta", attrs: { name: "files", content }, injectTo: "head" }];
    },
  },
};

/** Return whether a chunk has modules of the owner's screens or of reports, and beside them no more than packages that only they use. */
function isOfOwner({ moduleIds }: Rolldown.OutputChunk): boolean {
  const own = moduleIds.filter((id) => !id.includes("/node_modules/"));
  return own.length > 0 && own.every((id) => /\/src\/(setup\/|reports\/|i18n\/(setup|reports)\.)/.test(id));
}

export default defineConfig({
  plugins: [splitOperations(), react(), tailwindcss(), files],
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
            // With what a therapist's phone shares with the board, so that it does not load the board (`shipped.ts`).
            {
              name: "shell",
              test: /src\/(shell\/Shell|actions\/|app\/useTitle|board\/(use(Board|Now)|spans)|card\/steps(Query)?\.|api\/generated\/operation\/((set|undo)VisitStatus|listStaff|listShifts|getCommissionStatement))|icons\/(bed-double|calendar-plus|chevron-left|chevron-right|cloud-off|heart-pulse|undo-2)\./,
              priority: 2,
            },
            { name: "board", test: /src\/board\/BoardPage/, priority: 1 },
            // Those that only other pages call, in one file.
            { name: "operations", test: /api\/generated\/operation\//, priority: 0 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": process.env.API ?? "http://localhost:8000" } },
  test: { include: ["src/**/*.test.{ts,tsx}"], env: { TZ: "Europe/Berlin" } },
});
