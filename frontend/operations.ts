/** Puts each function of the generated client into a module of its own, so that a page loads those that it calls. They are
    some 180 in one file, as large as the board. */
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const GENERATED = new URL("./src/api/generated/", import.meta.url).pathname;
const PREFIX = `${GENERATED}operation/`;
/** The client's own reader of streams, which nothing calls: `src/api/stream.ts` reads them. */
const STREAMS = /\/serverSentEvents\.gen$/;
const NO_STREAMS = `${GENERATED}no-streams.ts`;
const IMPORT = /import \{([^}]*)\} from "@\/api\/generated";/g;
/** What the functions call. What one of them does without is shaken off. */
const HEADER = `import { formDataBodySerializer } from "${GENERATED}client/index.ts";
import { client } from "${GENERATED}client.gen.ts";
`;

export function splitOperations(): Plugin {
  let functions = new Map<string, string>();
  return {
    name: "zenspa-operations",
    apply: "build",
    enforce: "pre",
    buildStart() {
      const parts = readFileSync(`${GENERATED}sdk.gen.ts`, "utf-8").split(/^export const (?=\w+ = )/m);
      functions = new Map(
        parts.slice(1).map((part) => [/^\w+/.exec(part)?.[0] ?? "", `export const ${part}`]),
      );
    },
    transform(code) {
      if (!code.includes('from "@/api/generated"')) return null;
      return code.replaceAll(IMPORT, (_, names: string) =>
        names
          .split(",")
          .map((name) => name.trim())
          .filter((name) => functions.has(name))
          .map((name) => `import { ${name} } from "${PREFIX}${name}.ts";`)
          .join(""),
      );
    },
    resolveId(id) {
      if (STREAMS.test(id)) return NO_STREAMS;
      return id.startsWith(PREFIX) ? id : null;
    },
    load(id) {
      if (id === NO_STREAMS) return "export const createSseClient = undefined;";
      if (!id.startsWith(PREFIX)) return null;
      const name = id.slice(PREFIX.length, -".ts".length);
      return { code: HEADER + functions.get(name), moduleSideEffects: false };
    },
  };
}
