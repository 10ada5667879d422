/** Measure the booking page in Chromium; `bench/book.py` starts it with a server, and reads the result. */
import { readFileSync, writeFileSync } from "node:fs";
import { type BrowserContext, chromium } from "@playwright/test";
import { LAUNCH } from "../chromium.ts";
import { openSlowly } from "./slow.ts";

interface Job {
  book: string;
  empty: string;
  rounds: number;
}

/** The network of a cheap phone. */
const BYTES_PER_SECOND = 1_600_000 / 8;
const CHECKBOX = { drawn: "input[type=checkbox]", inView: 1, all: 1, answer: "input[type=checkbox]:checked" };

const [jobFile = "", resultFile = ""] = process.argv.slice(2);
const job = JSON.parse(readFileSync(jobFile, "utf-8")) as Job;

/** Open a page without the cache of the browser until a click is answered. */
async function open(context: BrowserContext, url: string): Promise<{ drawn: number; answered: number }> {
  const { page } = await openSlowly(context, url, CHECKBOX, BYTES_PER_SECOND);
  await page.waitForFunction(() => window.probe?.answeredAt !== undefined, undefined, { polling: 100 });
  const { drawnAt = 0, answeredAt = 0 } = await page.evaluate(() => window.probe);
  await page.close();
  return { drawn: drawnAt, answered: answeredAt };
}

const browser = await chromium.launch(LAUNCH);
const context = await browser.newContext({ locale: "vi-VN", viewport: { width: 360, height: 640 } });
const result = { empty: [] as number[], drawn: [] as number[], usable: [] as number[] };
for (let round = 0; round <= job.rounds; round += 1) {
  // Interleaved, so that other load meets both alike.
  const empty = await open(context, job.empty);
  const book = await open(context, job.book);
  if (round === 0) continue; // the first warms up
  result.empty.push(empty.answered);
  result.drawn.push(book.drawn);
  result.usable.push(book.answered);
}
await browser.close();
writeFileSync(resultFile, JSON.stringify(result));
