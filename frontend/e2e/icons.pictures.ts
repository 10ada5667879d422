/** The icons of the installed page, drawn from `src/lotus.svg`: phones take no SVG. */
import { readFileSync } from "node:fs";
import { test } from "@playwright/test";

const LOTUS = readFileSync("src/lotus.svg", "utf-8");
/** Phones cut what is maskable to a circle or a square of their own: the flower stays within 80 %. */
const MASKABLE = LOTUS.replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40"').replace(
  '<rect width="32" height="32" rx="8"',
  '<rect x="-4" y="-4" width="40" height="40"',
);
const ICONS: Record<string, [size: number, svg: string]> = {
  "192": [192, LOTUS],
  "512": [512, LOTUS],
  "maskable-512": [512, MASKABLE],
  "apple-180": [180, MASKABLE],
};

for (const [name, [size, svg]] of Object.entries(ICONS)) {
  test(`icon ${name}`, async ({ page }) => {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw}</style>${svg}`);
    await page.screenshot({ path: `public/me/icons/${name}.png`, omitBackground: true });
  });
}
