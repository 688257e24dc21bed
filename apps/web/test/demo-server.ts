import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build, preview } from "vite";
import { startChromium } from "./chromium.ts";
import { demoScenes } from "./demo-scenes.ts";

/** A name that leads to this machine by plain http: what a browser calls an insecure origin. */
const INSECURE_HOST = "insecure.test";

const APP = fileURLToPath(new URL("..", import.meta.url));

/** The demo page in a browser. */
export interface DemoStage {
  readonly browser: Browser;
  /** Address of the page itself (not the demo), with a slash at the end; `insecure` is the same by an insecure origin. */
  readonly address: string;
  readonly insecureAddress: string;
  /** Shows a scene, with its buttons pressed. */
  show(page: Page, scene: string): Promise<void>;
  close(): Promise<void>;
}

/** Builds the page and the demo (React's development build, which reports more), serves them, starts a browser. Close it. */
export async function openDemoStage(): Promise<DemoStage> {
  const outDir = `node_modules/.cache/demo-${process.pid}`;
  const common = { root: APP, logLevel: "error" } as const;
  await build({
    ...common,
    define: { "process.env.NODE_ENV": '"development"' },
    build: { outDir, minify: false, rolldownOptions: { input: [`${APP}index.html`, `${APP}test/demo.html`] } },
  });
  const server = await preview({
    ...common,
    build: { outDir },
    preview: { port: 0, host: "127.0.0.1", allowedHosts: [INSECURE_HOST] },
  });
  const address = server.resolvedUrls?.local[0] ?? "";
  const browser = await startChromium([`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`]);
  return {
    browser,
    address,
    insecureAddress: address.replace("127.0.0.1", INSECURE_HOST),
    async show(page, scene) {
      await page.goto(`${address}test/demo.html?scene=${scene}`);
      await page.locator("#root > :first-child").waitFor();
      const { press = [], shows } = demoScenes[scene]?.() ?? {};
      for (const name of press) await page.getByRole("button", { name, exact: true }).click();
      if (shows !== undefined) await page.locator(shows).waitFor();
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(`${APP}${outDir}`, { recursive: true, force: true });
    },
  };
}
