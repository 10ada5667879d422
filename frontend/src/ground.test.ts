/** What the whole of frontend/ keeps to. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const json = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf-8"));
const ALLOWED = new Set([
  "MIT",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "OFL-1.1",
  "Unlicense",
]);

interface Package {
  dev?: boolean;
  resolved?: string;
}

const packages: Record<string, Package> = json("package-lock.json").packages;

it("has no address of a registry in the lock file", () => {
  expect(Object.values(packages).filter((entry) => entry.resolved !== undefined)).toEqual([]);
  expect(readFileSync(join(ROOT, "package-lock.json"), "utf-8")).not.toContain("registry");
});

it("ships only packages whose licence allows it", () => {
  const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true);
  // A package for other platforms is in the lock file without being installed.
  const installed = shipped.map(([path]) => path).filter((path) => existsSync(join(ROOT, path)));
  const refused = installed.filter((path) => !ALLOWED.has(json(`${path}/package.json`).license));
  expect(installed.length).toBeGreaterThan(5);
  expect(refused).toEqual([]);
});

it("pins every version", () => {
  const { dependencies, devDependencies } = json("package.json");
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d/.test(String(version)),
  );
  expect(loose).toEqual([]);
});

it("explains every package that is shipped", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf-8");
  const unexplained = Object.keys(json("package.json").dependencies).filter(
    (name) => !readme.includes(`\`${name}\``),
  );
  expect(unexplained).toEqual([]);
});
