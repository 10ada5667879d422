import { expect, it } from "vitest";
import { filesOf } from "./files";

it("reads from a page the files of its build", () => {
  const page =
    '<head><meta charset="utf-8"><meta name="files" content="/assets/a-1.js /assets/b-2.css"></head>';
  expect(filesOf(page)).toEqual(["/assets/a-1.js", "/assets/b-2.css"]);
  expect(filesOf("<head></head>")).toEqual([]);
});
