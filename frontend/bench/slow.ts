/** Pages as a slow device opens them. */
import type { BrowserContext, CDPSession, Page } from "@playwright/test";
import { installProbe, type Wanted } from "./probe.ts";

/** How many times slower than this machine. */
const SLOWER = 6;

/** Open a page without the cache of the browser, on a slow processor and, if need be, a slow network. */
export async function openSlowly(
  context: BrowserContext,
  url: string,
  probe: Wanted,
  bytesPerSecond?: number,
): Promise<{ page: Page; devtools: CDPSession }> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.clearBrowserCache");
  if (bytesPerSecond !== undefined) {
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
  }
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.addInitScript(installProbe, probe);
  await page.goto(url, { waitUntil: "commit" });
  return { page, devtools };
}
