import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Command } from "@skein/client";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import type {} from "./demo.tsx";
import { type DemoStage, openDemoStage } from "./demo-server.ts";

const WIDE = { width: 1280, height: 800 } as const;
/** Size of a phone. */
export const NARROW = { width: 390, height: 844 } as const;

/** A browser for the tests of one file. */
export interface PageStage {
  readonly show: DemoStage["show"];
  readonly address: () => string;
  readonly insecureAddress: () => string;
  /** A fresh page; every fault it reports fails the test that made it. */
  withPage(act: (page: Page) => Promise<void>, options?: Parameters<DemoStage["browser"]["newPage"]>[0]): Promise<void>;
}

/** Opens the demo for the tests of this file and closes it after them. */
export function usePageStage(): PageStage {
  let stage: DemoStage;
  beforeAll(async () => {
    stage = await openDemoStage();
  }, 60_000);
  afterAll(() => stage.close());
  return {
    show: (page, scene) => stage.show(page, scene),
    address: () => stage.address,
    insecureAddress: () => stage.insecureAddress,
    async withPage(act, options = {}) {
      const page = await stage.browser.newPage({ viewport: WIDE, reducedMotion: "reduce", ...options });
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(message.text());
      });
      page.setDefaultTimeout(10_000);
      try {
        await act(page);
        expect(faults).toEqual([]);
      } finally {
        await page.close();
      }
    },
  };
}

/** What the page has asked of the session so far. */
export function commandsOf(page: Page): Promise<readonly Command[]> {
  return page.evaluate(() => demo.session?.commands ?? []);
}

/** The element with this `data-testid`. */
export function hook(page: Page, id: string): Locator {
  return page.getByTestId(id);
}

const axeSource = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds: everything, or only what depends on the colours. */
export async function axeFaults(page: Page, rules: "all" | "colours"): Promise<string[]> {
  await page.evaluate(await axeSource);
  return page.evaluate(async (wanted) => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations, passes } = await axe.run(document, {
      runOnly: wanted === "all" ? { type: "tag", values: tags } : { type: "rule", values: ["color-contrast"] },
    });
    if (passes.length === 0) return ["axe judged nothing"];
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
  }, rules);
}
