import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type BrowserContext, chromium } from "playwright-core";
import type { Lab } from "../netns/lab.ts";
import { browserFlags, UNMUTED } from "../stage/browser.ts";
import { createPerson, type Person } from "../stage/person.ts";
import { writeTone } from "../stage/tone.ts";
import { peopleDir } from "./product.ts";

/** Real people at real browsers in the hosts of a lab. */
export interface House {
  /** A person in this host, with a Chromium of their own whose microphone hears a tone. Not yet at the page. */
  person(name: string, options: { readonly host: string; readonly toneHz: number }): Promise<Person>;
  /** Closes every browser; whoever still waits for something on a page is told so. May be called again. */
  close(): Promise<void>;
}

/** People who open the page at this address. An abort closes their browsers. */
export function openHouse(lab: Lab, pageAddress: string, signal: AbortSignal): House {
  const origin = new URL(pageAddress).origin;
  const directory = peopleDir(lab);
  const browsers: BrowserContext[] = [];
  const close = async (): Promise<void> => {
    await Promise.allSettled(browsers.splice(0).map((browser) => browser.close()));
  };
  signal.addEventListener("abort", () => void close(), { once: true });

  return {
    async person(name, { host, toneHz }) {
      signal.throwIfAborted();
      const profile = mkdtempSync(join(directory, `${host}-`));
      const tone = join(directory, `tone-${toneHz}.wav`);
      writeTone(tone, toneHz);
      const browser = await chromium.launchPersistentContext(profile, {
        executablePath: lab.host(host).launcher(process.env.SKEIN_CHROMIUM ?? "/usr/bin/chromium"),
        ignoreDefaultArgs: UNMUTED,
        // Or playwright would end this process on Ctrl-C, before the lab is removed.
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
        // Without a certificate a page has no microphone and no WebCrypto, unless the browser is told to trust it.
        args: [...browserFlags(tone), `--unsafely-treat-insecure-origin-as-secure=${origin}`],
      });
      browsers.push(browser);
      if (signal.aborted) await close();
      signal.throwIfAborted();
      await browser.grantPermissions(["microphone"], { origin });
      return await createPerson(name, browser, `${pageAddress}?profile=${name.toLowerCase()}`);
    },
    close,
  };
}

/** Brings two people to the page, makes them contacts and opens their conversation, in P2P mode. */
export async function meet(a: Person, b: Person): Promise<void> {
  await Promise.all([a.arrive(), b.arrive()]);
  await Promise.all([a.online("p2p"), b.online("p2p")]);
  await a.add(await b.link());
  await b.add(await a.link());
  await Promise.all([a.open(b.name), b.open(a.name)]);
}
