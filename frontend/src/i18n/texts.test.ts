/** Every text is in both languages, and none is in the code. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import customersEn from "./customers.en.json";
import customersVi from "./customers.vi.json";
import en from "./en.json";
import reportsEn from "./reports.en.json";
import reportsVi from "./reports.vi.json";
import setupEn from "./setup.en.json";
import setupVi from "./setup.vi.json";
import tillEn from "./till.en.json";
import tillVi from "./till.vi.json";
import vi from "./vi.json";

const SOURCE = join(import.meta.dirname, "..");
/** Attributes that a person sees or hears. */
const SEEN = new Set([
  "aria-label",
  "aria-description",
  "aria-valuetext",
  "title",
  "alt",
  "placeholder",
  "label",
  "hint",
  "text",
]);
const LETTER = /\p{L}/u;

function texts(node: unknown, path = ""): Map<string, string> {
  if (typeof node === "string") return new Map([[path, node]]);
  const entries = Object.entries(node as Record<string, unknown>);
  return new Map(entries.flatMap(([key, value]) => [...texts(value, path ? `${path}.${key}` : key)]));
}

/** Return what a person would see in a file although it is not in the translations. */
function literals(file: string, content: string): string[] {
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && LETTER.test(node.text)) found.push(node.text.trim());
    if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) check(node.expression);
    if (ts.isJsxAttribute(node) && SEEN.has(node.name.getText(source))) {
      check(
        node.initializer !== undefined && ts.isJsxExpression(node.initializer)
          ? node.initializer.expression
          : node.initializer,
      );
    }
    ts.forEachChild(node, visit);
  };
  /** Look at what an expression can become: the branches of a condition, the parts of a template. */
  const check = (node: ts.Node | undefined): void => {
    if (node === undefined) return;
    if (ts.isStringLiteralLike(node) && LETTER.test(node.text)) found.push(node.text);
    if (ts.isTemplateExpression(node)) {
      for (const part of [node.head, ...node.templateSpans.map((span) => span.literal)]) {
        if (LETTER.test(part.text)) found.push(part.text);
      }
    }
    if (ts.isConditionalExpression(node)) [node.whenTrue, node.whenFalse].forEach(check);
    if (ts.isBinaryExpression(node) && !isComparison(node)) [node.left, node.right].forEach(check);
    if (ts.isParenthesizedExpression(node)) check(node.expression);
  };
  visit(source);
  return found;
}

function isComparison(node: ts.BinaryExpression): boolean {
  return [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(
    node.operatorToken.kind,
  );
}

const pages = readdirSync(SOURCE, { recursive: true, encoding: "utf-8" }).filter(
  (file) => file.endsWith(".tsx") && !file.includes("generated"),
);

describe("texts in the code", () => {
  it.each(pages)("are none in %s", (file) => {
    expect(literals(file, readFileSync(join(SOURCE, file), "utf-8"))).toEqual([]);
  });

  it.each([
    "<p>Đặt lịch</p>",
    "<p>{'Book'}</p>",
    '<p>{isOpen ? "Open" : null}</p>',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code in a text
    "<p>{count > 0 && `${count} visits`}</p>",
    '<button aria-label="Close" />',
    '<Notice title={isOpen ? "Open" : t("a")} />',
  ])("are found in %s", (code) => expect(literals("x.tsx", code)).toHaveLength(1));

  it.each(['<p className="a b">{t("a.b")}</p>', "<p>{count} · {kind === 'bed' && t('bed')}</p>"])(
    "are not seen in %s",
    (code) => expect(literals("x.tsx", code)).toEqual([]),
  );
});

describe("translations", () => {
  const languages = {
    vi: texts({ ...vi, ...customersVi, ...tillVi, ...reportsVi, setup: setupVi }),
    en: texts({ ...en, ...customersEn, ...tillEn, ...reportsEn, setup: setupEn }),
  };
  const placeholders = (text = "") => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

  it("have the same keys", () =>
    expect([...languages.en.keys()].sort()).toEqual([...languages.vi.keys()].sort()));

  it("have the same placeholders", () => {
    for (const [key, text] of languages.vi)
      expect([key, placeholders(text)]).toEqual([key, placeholders(languages.en.get(key))]);
  });

  it.each(["vi", "en"] as const)("are written as the style sheet says: %s", (language) => {
    for (const [key, text] of languages[language]) {
      expect([key, text]).toEqual([key, text.normalize("NFC").trim()]);
      expect([key, /[;!]| [.,:?]|\.\.\./.test(text)], text).toEqual([key, false]);
    }
  });

  it("are not empty", () => {
    expect([...languages.vi, ...languages.en].filter(([, text]) => text === "")).toEqual([]);
  });
});
