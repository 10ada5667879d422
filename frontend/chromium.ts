/** The browser of the tests, the pictures and the measurements: Debian's Chromium, without what a window of a person has. */
import { existsSync } from "node:fs";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(CHROMIUM)) {
  throw new Error(
    `No browser at ${CHROMIUM}: apt-get update && apt-get install -y chromium, or set CHROMIUM`,
  );
}

/** Each window would load the page of its address bar, which takes the processor for as long as a page of ours does. The
    others are those that Playwright switches off: the last list counts. */
const WITHOUT = [
  ...["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "AimEnabled", "LensOverlay", "MediaRouter"],
  ...["HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "PaintHolding", "ThirdPartyStoragePartitioning"],
  ...["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose"],
  // Chromium would ask hosts of Google at every start.
  ...["OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch"],
];

export const LAUNCH = {
  executablePath: CHROMIUM,
  args: [
    ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    `--disable-features=${WITHOUT.join(",")}`,
  ],
};
