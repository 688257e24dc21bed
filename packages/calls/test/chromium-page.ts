import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";

/** Where Debian and others put Chromium; `CHROMIUM` overrides. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  // Both ends live in one page of one machine.
  "--allow-loopback-in-peer-connection",
];

/** A browser that opens the test page, as often as asked. */
export interface ChromiumPages {
  open(): Promise<Page>;
  close(): Promise<void>;
}

/** Bundles the page, serves it on localhost (a secure context) and starts Chromium with a steady tone as microphone. */
export async function startChromiumPages(): Promise<ChromiumPages> {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (executablePath === undefined) throw new Error("no Chromium found: apt-get install chromium, or set CHROMIUM");
  const script = await bundle();
  const folder = mkdtempSync(join(tmpdir(), "skein-calls-"));
  const tone = join(folder, "tone.wav");
  writeFileSync(tone, toneWav(1000, 2));
  const server = createServer((request, response) => {
    const isScript = request.url === "/stage.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(
      isScript ? script : `<!doctype html><title>calls</title><script type="module" src="/stage.js"></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser: Browser = await chromium.launch({
    executablePath,
    // Muted output would be measured as silence.
    ignoreDefaultArgs: ["--mute-audio"],
    args: [...FLAGS, `--use-file-for-fake-audio-capture=${tone}`],
  });
  return {
    async open() {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.waitForFunction("typeof createStage === 'function'");
      return page;
    },
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One script for the page. The memory network is taken alone: the rest of testkit needs Node. */
async function bundle(): Promise<string> {
  const testkit = fileURLToPath(import.meta.resolve("@skein/testkit"));
  const result = await build({
    configFile: false,
    logLevel: "warn",
    resolve: {
      alias: {
        "@skein/testkit": join(testkit, "../memory-world.ts"),
        "@skein/calls": fileURLToPath(new URL("../src/index.ts", import.meta.url)),
      },
    },
    build: {
      write: false,
      minify: false,
      target: "esnext",
      lib: { entry: fileURLToPath(new URL("page/stage.ts", import.meta.url)), formats: ["es"] },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  if (first === undefined || !("output" in first)) throw new Error("nothing was bundled");
  return first.output[0].code;
}

/** A steady sine as 16-bit mono WAV at 48 kHz. */
function toneWav(frequency: number, seconds: number): Buffer {
  const rate = 48_000;
  const samples = rate * seconds;
  const wav = Buffer.alloc(44 + 2 * samples);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(36 + 2 * samples, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(2 * rate, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(2 * samples, 40);
  for (let at = 0; at < samples; at += 1)
    wav.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * frequency * at) / rate)), 44 + 2 * at);
  return wav;
}
