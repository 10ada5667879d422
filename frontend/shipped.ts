/** Check what is shipped to the browser: sizes, licences, files that nothing imports. `node shipped.ts --write` writes the
    sizes into README.md. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";

/** The most that may be loaded, in kB of gzip. */
const MARKS = { signIn: 160, boardFile: 60, board: 220, phone: 195 };
/** The sizes in README.md may be off by so many kB: not every change has to touch them. */
const SLACK = 3;
const LICENCES = ["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "OFL-1.1"];
/** Only tests import it. */
const OF_TESTS = ["src/board/move/samples.ts"];

const root = import.meta.dirname;
const results = await build({ root, logLevel: "error", build: { write: false } });
if (!Array.isArray(results) && !("output" in results)) throw new Error("vite watches instead of building");
const outputs = [results].flat().flatMap(({ output }) => output);
const chunks = outputs.filter((output) => output.type === "chunk");
const modules = chunks.flatMap((chunk) => Object.keys(chunk.modules));
const problems: string[] = [];

function chunkNamed(name: string): Rolldown.OutputChunk {
  const chunk = chunks.find((other) => other.name === name);
  if (chunk === undefined)
    throw new Error(`The build has no chunk ${name}: see codeSplitting in vite.config.ts`);
  return chunk;
}

/** Return the chunks with everything that they import at once. */
function closure(names: string[]): Set<string> {
  const found = new Set<string>();
  const visit = (file: string) => {
    if (found.has(file)) return;
    found.add(file);
    for (const next of chunks.find(({ fileName }) => fileName === file)?.imports ?? []) visit(next);
  };
  for (const name of names) visit(chunkNamed(name).fileName);
  return found;
}

/** Return kB of gzip. Fonts are compressed already. */
function kilobytes(files: Iterable<string>): number {
  let bytes = 0;
  for (const output of outputs.filter(({ fileName }) => [...files].includes(fileName))) {
    const content = output.type === "chunk" ? output.code : output.source;
    bytes += output.fileName.endsWith(".woff2") ? content.length : gzipSync(content).length;
  }
  return Math.round(bytes / 1000);
}

const endingWith = (end: string) =>
  outputs.map(({ fileName }) => fileName).filter((name) => name.endsWith(end));
const one = (name: string) => kilobytes([chunkNamed(name).fileName]);
const signIn = kilobytes(closure(["index", "SignInPage", "vi"]));
const board = kilobytes(closure(["index", "Shell", "BoardPage", "vi"]));
const phoneFiles = closure(["index", "MeShell", "DayPage", "vi"]);
const phone = kilobytes(phoneFiles);
const all = kilobytes(chunks.map(({ fileName }) => fileName));
const rows: [what: string, size: number, mark?: number][] = [
  ["`libraries`: React, router, cache, translations", one("libraries")],
  ["`start`: session, routes, the sign-in page", one("start")],
  ["the texts of one language", one("vi")],
  ["**all JavaScript of the sign-in page**", signIn, MARKS.signIn],
  ["`shell`: the frame and toasts", one("shell")],
  ["`board`", one("board"), MARKS.boardFile],
  ["**all JavaScript before the board can be used**", board, MARKS.board],
  ["**all JavaScript before a therapist's day can be used**", phone, MARKS.phone],
  [
    "panels, menus, dialogs, customers, the owner's screens, the other language: afterwards, or when they are opened",
    all - board,
  ],
  ["styles", kilobytes(endingWith(".css"))],
  ["the font: Latin, Vietnamese, rare letters", kilobytes(endingWith(".woff2"))],
];

for (const [what, size, mark] of rows) {
  if (mark !== undefined && size > mark) problems.push(`${what}: ${size} kB of gzip, more than ${mark}`);
}

for (const page of ["DayPage", "EarningsCard", "EarningsPage", "LeavePage", "AccountPage"]) {
  if (closure(["MeShell", page]).has(chunkNamed("board").fileName))
    problems.push(`a therapist's phone loads the board with ${page}`);
}

const readme = `${root}/README.md`;
const before = readFileSync(readme, "utf-8");
const TABLE = /(?<=<!-- written by shipped.ts -->\n)[\s\S]*?(?=\n<!-- end -->)/;
const written = TABLE.exec(before)?.[0].split("\n").slice(2) ?? [];
const isRight = rows.every(([what, size], index) => {
  const [, name, stated] = written[index]?.split("|").map((cell) => cell.trim()) ?? [];
  return name === what && Math.abs(Number(stated) - size) <= SLACK;
});
if (process.argv.includes("--write")) {
  const lines = rows.map(
    ([what, size, mark]) => `| ${what} | ${size} | ${mark === undefined ? "" : `≤ ${mark}`} |`,
  );
  writeFileSync(
    readme,
    before.replace(TABLE, ["| what | kB | mark |", "|---|---|---|", ...lines].join("\n")),
  );
} else if (!isRight || written.length !== rows.length) {
  problems.push("README.md states other sizes: run `zenspa screens npm -- run shipped -- --write`");
}

const fonts = Object.keys(JSON.parse(readFileSync(`${root}/package.json`, "utf-8")).dependencies);
const packages = modules.flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []);
for (const name of new Set([...fonts, ...packages])) {
  const { license } = JSON.parse(readFileSync(`${root}/node_modules/${name}/package.json`, "utf-8"));
  if (!LICENCES.includes(license)) problems.push(`${name} has the licence ${license}`);
}

const imported = new Set(modules.map((id) => id.replace(`${root}/`, "")));
for (const file of globSync("src/**/*.{ts,tsx}", { cwd: root, exclude: ["src/api/generated"] })) {
  const isTest = file.includes(".test.") || OF_TESTS.includes(file);
  if (!isTest && !imported.has(file)) problems.push(`nothing imports ${file}`);
}

const page = String(
  outputs.flatMap((output) =>
    output.fileName === "index.html" && "source" in output ? [output.source] : [],
  ),
);
for (const [, file] of page.matchAll(/(?<=content="[^"]*)\/(assets\/[^" ]+)/g)) {
  if (!outputs.some(({ fileName }) => fileName === file))
    problems.push(`the page names ${file}, which is not there`);
}

if (/"resolved": *"https?:/.test(readFileSync(`${root}/package-lock.json`, "utf-8"))) {
  problems.push("package-lock.json has the address of a registry: remove its `resolved` entries");
}

for (const problem of problems) process.stderr.write(`shipped: ${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);
