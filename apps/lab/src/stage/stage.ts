import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { systemClock, systemRandom } from "@skein/core";
import type { Browser } from "playwright-core";
import { startLocalNetwork } from "../local-network/local-network.ts";
import { type LocalExtras, localServices } from "../local-network/services.ts";
import { launchBrowser } from "./browser.ts";
import { freePorts } from "./free-ports.ts";
import { type ChromiumPerson, createChromiumPerson } from "./person.ts";

/** A local network of real programs, and real browsers on it. */
export interface Stage {
  readonly address: string;
  /** Contact link of the echo contact; rejects when the stage has none. Resolves once it is on both networks. */
  echoLink(): Promise<string>;
  /** A person with a browser of their own, whose microphone hears a tone. Not yet at the page. */
  person(
    name: string,
    options: { readonly toneHz: number; readonly flags?: readonly string[] },
  ): Promise<ChromiumPerson>;
  /** Another tab in the same browser and profile. */
  tab(of: ChromiumPerson): Promise<ChromiumPerson>;
  /** Kills (SIGKILL) a service by name, e.g. `supernode-1`; it stays dead. */
  kill(service: string): Promise<void>;
  /** Ends browsers and programs and removes their files. */
  close(): Promise<void>;
}

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** Starts three supernodes, a central server and the page on free ports, and the echo contact if asked for. The page must be built. */
export async function openStage(extras: LocalExtras = { echo: "off" }): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), "skein-stage-"));
  mkdirSync(join(directory, "browsers"));
  const ports = await freePorts(systemRandom);
  const processes = new Map<string, number>();
  const ended = new Map<string, () => void>();
  const echoUp = Promise.withResolvers<void>();
  const network = await startLocalNetwork(
    {
      services: localServices(ports, directory, extras),
      cwd: root,
      logDir: join(directory, "log"),
      restarts: { maxRestarts: 0, windowMs: 1, firstWaitMs: 1, maxWaitMs: 1 },
    },
    {
      clock: systemClock,
      signal: AbortSignal.timeout(3_600_000),
      tell(news) {
        if (news.kind === "healthy" && news.pid !== undefined) processes.set(news.service.name, news.pid);
        if (news.kind === "healthy" && news.service.name === "echo") echoUp.resolve();
        if (news.kind === "ended") ended.get(news.service.name)?.();
      },
    },
  );
  const address = `http://localhost:${ports.page}/`;
  const browsers: Browser[] = [];

  return {
    address,
    async echoLink() {
      if (extras.echo === "off") throw new Error("this stage has no echo contact");
      await echoUp.promise;
      const response = await fetch(`http://127.0.0.1:${ports.echo}/healthz`);
      return ((await response.json()) as { readonly link: string }).link;
    },
    async person(name, { toneHz, flags }) {
      const browser = await launchBrowser({
        executable: process.env.SKEIN_CHROMIUM ?? "/usr/bin/chromium",
        directory: join(directory, "browsers"),
        toneHz,
        ...(flags === undefined ? {} : { flags }),
      });
      browsers.push(browser);
      const context = await browser.newContext({ permissions: ["microphone"] });
      return await createChromiumPerson(name, context, `${address}?profile=${name.toLowerCase()}`);
    },
    tab: (of) => createChromiumPerson(of.name, of.page.context(), `${address}?profile=${of.name.toLowerCase()}`),
    async kill(service) {
      const pid = processes.get(service);
      if (pid === undefined) throw new Error(`no service ${service} is running`);
      await new Promise<void>((resolve) => {
        ended.set(service, resolve);
        process.kill(pid, "SIGKILL");
      });
    },
    async close() {
      await Promise.allSettled(browsers.map((browser) => browser.close()));
      await network.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
