import type { BrowserContext, Page } from "playwright-core";
import { PATIENCE_MS, type Preparation, type Tab } from "./tab.ts";

/** A new tab in a Chromium, and the same as playwright knows it. */
export async function openChromiumTab(
  context: BrowserContext,
  preparations: readonly Preparation[],
): Promise<{ readonly tab: Tab; readonly page: Page }> {
  for (const { run, argument } of preparations) await context.addInitScript(run, argument);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const tab: Tab = {
    async goto(address) {
      await page.goto(address);
    },
    click: (selector) => page.locator(selector).click(),
    fill: (selector, text) => page.locator(selector).fill(text),
    there: (selector, how = "visible") => page.locator(selector).first().waitFor({ state: how }),
    isVisible: (selector) => page.locator(selector).isVisible(),
    evaluate: (run, argument) => page.evaluate(run as never, argument as never),
    async until(condition, argument, { timeoutMs, everyMs } = { timeoutMs: PATIENCE_MS, everyMs: 50 }) {
      const options = { timeout: timeoutMs, polling: everyMs };
      const handle = await page.waitForFunction(condition as never, argument as never, options);
      return (await handle.jsonValue()) as never;
    },
  };
  return { tab, page };
}
