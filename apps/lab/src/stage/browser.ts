import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { writeTone } from "./tone.ts";

/** What a browser of the lab is like. */
export interface BrowserOptions {
  /** Program to start. */
  readonly executable: string;
  /** Folder for its files. */
  readonly directory: string;
  /** The tone its microphone hears. */
  readonly toneHz: number;
  /** Further flags, e.g. a field trial. */
  readonly flags?: readonly string[];
}

/** Default flags of playwright to leave out: the fake microphone is silent with them. */
export const UNMUTED: string[] = ["--mute-audio"];

/** Flags of a Chromium whose microphone hears a WAV file. Its traffic stays on this machine: every service it could call home to is off. */
export function browserFlags(microphoneWav: string): readonly string[] {
  return [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    `--use-file-for-fake-audio-capture=${microphoneWav}`,
  ];
}

/** Starts a headless Chromium whose microphone hears a tone. */
export async function launchBrowser(options: BrowserOptions): Promise<Browser> {
  const tone = join(options.directory, `tone-${options.toneHz}.wav`);
  writeTone(tone, options.toneHz);
  return await chromium.launch({
    executablePath: options.executable,
    ignoreDefaultArgs: UNMUTED,
    args: [...browserFlags(tone), ...(options.flags ?? [])],
  });
}
