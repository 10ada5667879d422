import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** `make pictures`: the screens as PNG files in docs/pictures. */
export default defineConfig({ ...tests, testMatch: "*.pictures.ts", workers: 1 });
