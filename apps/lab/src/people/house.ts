import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { chromium } from "playwright-core";
import type { Lab } from "../netns/lab.ts";
import { browserFlags, UNMUTED } from "../stage/browser.ts";
import { launchFirefox } from "../stage/firefox.ts";
import { type ChromiumPerson, createChromiumPerson, createFirefoxPerson, type Person } from "../stage/person.ts";
import { writeTone } from "../stage/tone.ts";
import { peopleDir } from "./product.ts";
import { reachFirefoxIn } from "./reach-firefox.ts";

/** Real people at real browsers in the hosts of a lab. */
export interface House {
  /** A person with a Chromium of their own. Not yet at the page. */
  chromium(name: string, place: Place): Promise<ChromiumPerson>;
  /** A person with a Firefox of their own. Not yet at the page. */
  firefox(name: string, place: Place): Promise<Person>;
  /** Closes every browser; whoever still waits for something on a page is told so. May be called again. */
  close(): Promise<void>;
}

/** A kind of browser, as the house opens it. */
export type BrowserKind = "chromium" | "firefox";

/** Where somebody is, and the tone their microphone hears. */
export interface Place {
  readonly host: string;
  readonly toneHz: number;
}

/** People who open the page at this address. An abort closes their browsers. */
export function openHouse(lab: Lab, pageAddress: string, signal: AbortSignal): House {
  const { origin, hostname } = new URL(pageAddress);
  const directory = peopleDir(lab);
  const browsers: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.allSettled(browsers.splice(0).map((browser) => browser.close()));
  };
  signal.addEventListener("abort", () => void close(), { once: true });
  const addressOf = (name: string): string => `${pageAddress}?profile=${name.toLowerCase()}`;
  const folderOf = ({ host }: Place): string => mkdtempSync(join(directory, `${host}-`));

  /** Sees to it that a browser that was just started is closed with the house. */
  async function keep<B extends { close(): Promise<void> }>(browser: B): Promise<B> {
    browsers.push(browser);
    if (signal.aborted) await close();
    signal.throwIfAborted();
    return browser;
  }

  return {
    async chromium(name, place) {
      signal.throwIfAborted();
      const tone = join(directory, `tone-${place.toneHz}.wav`);
      writeTone(tone, place.toneHz);
      const browser = await keep(
        await chromium.launchPersistentContext(folderOf(place), {
          executablePath: lab.host(place.host).launcher(process.env.SKEIN_CHROMIUM ?? "/usr/bin/chromium"),
          ignoreDefaultArgs: UNMUTED,
          // Or playwright would end this process on Ctrl-C, before the lab is removed.
          handleSIGINT: false,
          handleSIGTERM: false,
          handleSIGHUP: false,
          // Without a certificate a page has no microphone and no WebCrypto, unless the browser is told to trust it.
          args: [...browserFlags(tone), `--unsafely-treat-insecure-origin-as-secure=${origin}`],
        }),
      );
      await browser.grantPermissions(["microphone"], { origin });
      return await createChromiumPerson(name, browser, addressOf(name));
    },
    async firefox(name, place) {
      signal.throwIfAborted();
      const host = lab.host(place.host);
      const browser = await keep(
        await launchFirefox(
          {
            executable: host.launcher(process.env.SKEIN_FIREFOX ?? "/usr/bin/firefox-esr"),
            directory: folderOf(place),
            toneHz: place.toneHz,
            trustedHost: hostname,
          },
          { reach: reachFirefoxIn(host) },
        ),
      );
      return await createFirefoxPerson(name, browser, addressOf(name));
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
