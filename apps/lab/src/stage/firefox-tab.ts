import type { Browser } from "puppeteer-core";
import { PATIENCE_MS, type Preparation, type Tab } from "./tab.ts";

/** A new tab in a Firefox that puppeteer drives. */
export async function openFirefoxTab(browser: Browser, preparations: readonly Preparation[]): Promise<Tab> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  for (const { run, argument } of preparations) await page.evaluateOnNewDocument(run, argument);
  return {
    async goto(address) {
      await page.goto(address);
    },
    click: (selector) => page.locator(selector).click(),
    async fill(selector, text) {
      await page.locator(selector).click();
      await page.evaluate(paste, text);
    },
    async there(selector, how = "visible") {
      await page.waitForSelector(selector, { visible: how === "visible" });
    },
    async isVisible(selector) {
      return (await (await page.$(selector))?.isVisible()) ?? false;
    },
    evaluate: (run, argument) => page.evaluate(run as never, argument as never),
    async until(condition, argument, { timeoutMs, everyMs } = { timeoutMs: PATIENCE_MS, everyMs: 50 }) {
      const options = { timeout: timeoutMs, polling: everyMs };
      const handle = await page.waitForFunction(condition as never, options, argument as never);
      return (await (handle as { jsonValue(): Promise<unknown> }).jsonValue()) as never;
    },
  };
}

/**
 * Replaces the text of the field in focus as a paste does. Puppeteer's own `fill` sets the value behind the page's back
 * where a text is long, which React does not notice. Runs in the page.
 */
function paste(text: string): void {
  const field = document.activeElement as HTMLInputElement | HTMLTextAreaElement;
  field.select();
  document.execCommand("insertText", false, text);
}
