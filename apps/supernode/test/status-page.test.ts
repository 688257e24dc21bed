import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import process from "node:process";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stopped, supernode } from "./running.ts";

/** The status page of a real daemon in a real browser. */

let browser: Browser;
const axeSource = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.SKEIN_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
});
afterAll(() => browser.close());

async function open(url: string, width: number, colorScheme: "light" | "dark"): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  await page.goto(`${url}/status`);
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}

async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(await axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations, passes } = await axe.run(document, { runOnly: { type: "tag", values } });
    if (passes.length === 0) return ["axe judged nothing"];
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
  });
}

test("[SU22] [SU23] the status page shows every input, its form changes the verdict, and it says when contact is lost", {
  timeout: 120_000,
}, async () => {
  const node = await supernode(["--role", "auto", "--resources", "assumed", "--reachability", "declared"]);
  const page = await open(node.url, 1_280, "light");
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("console", (message) => faults.push(message.text()));
  expect(await page.locator("#role").textContent()).toBe("Leaf");
  expect(await page.title()).toBe("Leaf · Skein supernode");
  const uptime = page.getByRole("row", { name: /^Expected uptime/ });
  expect(await uptime.locator("td").allTextContents()).toEqual([
    expect.stringMatching(/ h$|min$/),
    "at least 4.0 h",
    "fail",
  ]);
  expect(await page.getByRole("row").count()).toBeGreaterThan(17);
  expect(await page.getByText("This network is unmanaged").count()).toBe(1);

  await page.getByLabel("Expected uptime, hours").fill("8");
  await page.getByLabel("Ports").selectOption("reachable");
  await page.getByLabel("Cell load, %").fill("40");
  await page.getByRole("button", { name: "Ask" }).click();
  await page.getByText("Not needed", { exact: true }).waitFor();
  await page.getByLabel("Supernodes missing").fill("2");
  await page.getByLabel("Lottery").selectOption("its turn");
  await page.getByRole("button", { name: "Ask" }).click();
  await page.getByText("It would start to serve now.").waitFor();
  await page.getByLabel("Power").selectOption("battery");
  await page.getByRole("button", { name: "Ask" }).click();
  await page.getByText("Not fit to serve: power battery (must be mains).").waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByText("Not asked yet").waitFor();
  expect(await page.locator("#role").textContent()).toBe("Leaf");
  expect(faults).toEqual([]);

  expect(await axeFaults(page)).toEqual([]);
  const dark = await open(node.url, 1_280, "dark");
  expect(await axeFaults(dark)).toEqual([]);
  const narrow = await open(node.url, 390, "light");
  expect(await axeFaults(narrow)).toEqual([]);
  expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBe(390);

  expect(await stopped(node)).toBe(0);
  await page.getByText(/^No contact with the supernode since/).waitFor();
  expect(await axeFaults(page)).toEqual([]);
});

test("[SU22] the page is nobody's frame and loads nothing from elsewhere", { timeout: 60_000 }, async () => {
  const node = await supernode();
  const answer = await fetch(`${node.url}/status`);
  expect(answer.headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  expect(await answer.text()).not.toMatch(/https?:/);
  expect((await fetch(`${node.url}/status.json`)).headers.get("access-control-allow-origin")).toBeNull();
  await stopped(node);
});
