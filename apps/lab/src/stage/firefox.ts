import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Browser, createProfile, launch, WEBDRIVER_BIDI_WEBSOCKET_ENDPOINT_REGEX } from "@puppeteer/browsers";
import puppeteer, { type ConnectionTransport, type Browser as Driven } from "puppeteer-core";

/** What a Firefox of the lab is like. */
export interface FirefoxOptions {
  /** Program to start. */
  readonly executable: string;
  /** Folder for its profile and whatever else it writes; of its own. */
  readonly directory: string;
  /** The tone its microphone hears. */
  readonly toneHz: number;
  /** A host whose pages have a microphone and WebCrypto though they come by plain http. */
  readonly trustedHost: string;
}

/** Reaches the address at which a Firefox is driven, `ws://127.0.0.1:PORT/session`: in its own network namespace. */
export type Reach = (endpoint: string) => Promise<ConnectionTransport>;

const START_TIMEOUT_MS = 60_000;

/** Preferences of a Firefox whose microphone hears a tone, which may use it unasked, and plays what it hears unasked. */
function preferences({ toneHz, trustedHost }: FirefoxOptions): Readonly<Record<string, unknown>> {
  return {
    "media.navigator.streams.fake": true,
    "media.navigator.audio.fake_frequency": toneHz,
    "media.navigator.permission.disabled": true,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "dom.securecontext.allowlist": trustedHost,
    // Its traffic stays in the lab: every service it could call home to is off, besides those puppeteer turns off.
    "browser.safebrowsing.provider.google4.updateURL": "",
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "toolkit.telemetry.server": "",
  };
}

/** Starts a headless Firefox whose microphone hears a tone. Closing the browser ends the process. */
export async function launchFirefox(options: FirefoxOptions, { reach }: { readonly reach: Reach }): Promise<Driven> {
  const profile = join(options.directory, "profile");
  mkdirSync(profile, { recursive: true });
  await createProfile(Browser.FIREFOX, { path: profile, preferences: preferences(options) });
  const program = launch({
    executablePath: options.executable,
    args: [
      ...(await puppeteer.defaultArgs({ browser: "firefox", headless: true, userDataDir: profile })),
      "--remote-debugging-port=0",
    ],
    // Its caches beside its profile, not in the home of whoever runs this.
    env: { ...process.env, HOME: options.directory, MOZ_CRASHREPORTER_DISABLE: "1" },
    // Or it would end with this process's Ctrl-C in ways of its own, before the lab is removed.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  try {
    const address = await program.waitForLineOutput(WEBDRIVER_BIDI_WEBSOCKET_ENDPOINT_REGEX, START_TIMEOUT_MS);
    const transport = await reach(`${address}/session`);
    return await puppeteer.connect({ transport, protocol: "webDriverBiDi", defaultViewport: null });
  } catch (error) {
    await program.close();
    throw error;
  }
}
