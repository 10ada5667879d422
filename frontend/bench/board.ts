/** Measure the board in Chromium; `bench/screens.py` starts it with servers that have a full day, and reads the result. */
import { readFileSync, writeFileSync } from "node:fs";
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from "@playwright/test";
import { LAUNCH } from "../chromium.ts";
import type { Wanted } from "./probe.ts";
import { openSlowly } from "./slow.ts";

interface Job {
  /** The address of the screens, and that of the empty page. */
  screens: string;
  empty: string;
  day: string;
  cards: number;
  /** Those in the columns that fit on the screen. */
  cardsInView: number;
  login: string;
  password: string;
  /** Those of requests to the API. */
  headers: Record<string, string>;
  /** Bodies of bookings for which there is room. */
  bookings: unknown[];
  /** So many of them are drawn while the processor is throttled. */
  throttled: number;
  rounds: number;
}

/** All times in milliseconds. */
export interface Result {
  empty: number[];
  drawn: number[];
  usable: number[];
  complete: number[];
  changes: number[];
  dragged: number[];
  draggedOverEmpty: number[];
  live: number[];
}

const MOVES = 200;

const [jobFile = "", resultFile = ""] = process.argv.slice(2);
const job = JSON.parse(readFileSync(jobFile, "utf-8")) as Job;
const BOARD = { drawn: "[data-card]", inView: job.cardsInView, all: job.cards, answer: "aside[role=dialog]" };
const EMPTY = { drawn: "button", inView: 1, all: 1, answer: "button[data-answered]" };

async function main(browser: Browser): Promise<Result> {
  const context = await browser.newContext({ locale: "vi-VN", viewport: { width: 1366, height: 768 } });
  await signIn(context);
  const board = `${job.screens}/desk/board?day=${job.day}`;
  const result: Result = {
    empty: [],
    drawn: [],
    usable: [],
    complete: [],
    changes: [],
    dragged: [],
    draggedOverEmpty: [],
    live: [],
  };
  for (let round = 0; round <= job.rounds; round += 1) {
    // Interleaved, so that other load meets both alike; one after the other, because a page that is made slower takes a whole
    // core, also when it does nothing.
    const isLast = round === job.rounds;
    const empty = await open(context, `${job.empty}/desk`, EMPTY);
    if (isLast) result.draggedOverEmpty = await drag(empty, "button");
    await empty.page.close();
    const full = await open(context, board, BOARD);
    if (isLast) {
      await full.page.keyboard.press("Escape"); // closes the panel of the click
      await full.page.locator(BOARD.answer).waitFor({ state: "detached" });
      result.dragged = await drag(full, "[data-card]:not([tabindex='0'])");
      await book(full, result);
    }
    await full.page.close();
    if (round === 0) continue; // the first warms up
    result.empty.push(empty.answeredAt);
    result.drawn.push(full.drawnAt);
    result.usable.push(full.answeredAt);
    result.complete.push(full.completeAt);
  }
  return result;
}

async function signIn(context: BrowserContext): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${job.screens}/desk`);
  await page.locator("input[name=login]").fill(job.login);
  await page.locator("input[name=password]").fill(job.password);
  await page.locator("button[type=submit]").click();
  await page.locator("header").waitFor();
  await page.close();
}

interface Opened {
  page: Page;
  devtools: CDPSession;
  drawnAt: number;
  answeredAt: number;
  completeAt: number;
}

/** Open a page without the cache of the browser, on a slow processor, until it has answered a click. */
async function open(context: BrowserContext, url: string, probe: Wanted): Promise<Opened> {
  const { page, devtools } = await openSlowly(context, url, probe);
  const isDone = () => window.probe?.answeredAt !== undefined && window.probe.completeAt !== undefined;
  await page.waitForFunction(isDone, undefined, { polling: 100 });
  const { drawnAt = 0, answeredAt = 0, completeAt = 0 } = await page.evaluate(() => window.probe);
  return { page, devtools, drawnAt, answeredAt, completeAt };
}

/** Return the times of the frames while a pointer carries something over the page, and puts it back. */
async function drag({ page }: Opened, selector: string): Promise<number[]> {
  const { x, y } = await page.evaluate((found) => {
    const centres = [...document.querySelectorAll(found)].map((element) => element.getBoundingClientRect());
    const rect = centres.find(({ left, top }) => left > 200 && top > 250 && top < 450) ?? centres[0];
    return rect === undefined ? { x: 0, y: 0 } : { x: rect.left + rect.width / 2, y: rect.top + 12 };
  }, selector);
  await page.mouse.move(x, y);
  await page.evaluate(() => window.probe.startFrames());
  await page.mouse.down();
  for (let move = 1; move <= MOVES; move += 1) {
    const angle = (move / MOVES) * 6 * Math.PI;
    await page.mouse.move(683 + 500 * Math.sin(angle), 430 + 180 * Math.sin(angle * 1.7));
  }
  const isCarried = (await page.locator("[data-hand]").count()) > 0;
  if (selector !== "button" && !isCarried) throw new Error("no card was in the hand");
  const frames = await page.evaluate(() => {
    window.probe.stopFrames();
    return window.probe.frames;
  });
  await page.keyboard.press("Escape");
  await page.mouse.up();
  return frames;
}

/** Book from this process, and see when each booking is drawn in the page: some on the slow processor, the others not. */
async function book({ page, devtools }: Opened, result: Result): Promise<void> {
  for (const [number, body] of job.bookings.entries()) {
    if (number === job.throttled) await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    const sentAt = Date.now();
    const response = await fetch(`${job.screens}/api/v1/visits`, {
      method: "POST",
      headers: { ...job.headers, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`A booking answered ${response.status}: ${await response.text()}`);
    await page.waitForFunction((count) => window.probe.changes.length > count, number, { polling: 50 });
    const [change, origin] = await page.evaluate(
      (index) => [window.probe.changes[index], performance.timeOrigin] as const,
      number,
    );
    if (change === undefined) throw new Error("a change is missing");
    if (number < job.throttled) result.changes.push(change.paintedAt - change.arrivedAt);
    else result.live.push(origin + change.paintedAt - sentAt);
  }
}

const browser = await chromium.launch(LAUNCH);
try {
  writeFileSync(resultFile, JSON.stringify(await main(browser)));
} finally {
  await browser.close();
}
