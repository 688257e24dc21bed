import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemRandom } from "@skein/core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../src/stage/browser.ts";
import { freePorts } from "../src/stage/free-ports.ts";
import { createChromiumPerson } from "../src/stage/person.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const directory = mkdtempSync(join(tmpdir(), "skein-secure-"));
let supernode: ChildProcess | undefined;
let browser: Browser | undefined;

afterAll(async () => {
  await browser?.close();
  if (supernode?.exitCode === null) {
    supernode.kill("SIGTERM");
    await once(supernode, "exit");
  }
  rmSync(directory, { recursive: true, force: true });
});

function makeCertificate(): readonly string[] {
  const [certificate, key] = [join(directory, "certificate.pem"), join(directory, "key.pem")];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", certificate, ...names], {
    stdio: "ignore",
  });
  return ["--tls-cert", certificate, "--tls-key", key];
}

/** Starts a supernode and resolves when its log says that it is up. */
async function start(flags: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["apps/supernode/build/main.js", "supernode", ...flags], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('"supernode.up"')) return child;
  throw new Error("the supernode ended before it was up");
}

describe.skipIf(!hasOpenssl)(
  `one supernode that serves the page by https${hasOpenssl ? "" : " (needs openssl)"}`,
  () => {
    let address: string;

    beforeAll(async () => {
      const { ws, webrtc, turn, http } = (await freePorts(systemRandom)).supernodes[0] ?? {
        ws: 0,
        webrtc: 0,
        turn: 0,
        http: 0,
      };
      const ports = [
        "--ws-port",
        `${ws}`,
        "--webrtc-port",
        `${webrtc}`,
        "--turn-port",
        `${turn}`,
        "--http-port",
        `${http}`,
      ];
      const place = [
        "--data",
        directory,
        "--listen",
        "127.0.0.1",
        "--announce-name",
        "localhost",
        "--allow-private",
        "--page",
      ];
      supernode = await start([...place, ...ports, ...makeCertificate()]);
      address = `https://localhost:${http}/`;
      const executable = process.env.SKEIN_CHROMIUM ?? "/usr/bin/chromium";
      browser = await launchBrowser({ executable, directory, toneHz: 700 });
    });

    test("two tabs of one browser chat and call through it alone: no central host, no plain ws", async () => {
      const context = await browser?.newContext({ permissions: ["microphone"], ignoreHTTPSErrors: true });
      if (context === undefined) throw new Error("no browser");
      const alice = await createChromiumPerson("Alice", context, `${address}?profile=alice`);
      const bob = await createChromiumPerson("Bob", context, `${address}?profile=bob`);
      await alice.arrive();
      await bob.arrive();
      await Promise.all([alice.online("p2p"), bob.online("p2p")]);
      expect(await alice.at("mode-switch").getAttribute("aria-disabled")).toBe("true");
      await alice.add(await bob.link());
      await bob.add(await alice.link());
      await Promise.all([alice.open("Bob"), bob.open("Alice")]);
      await alice.say("over tls");
      await bob.see("over tls");
      await alice.call();
      await bob.callIs("ringing-in");
      await bob.answer();
      await Promise.all([alice.callPath("direct"), bob.callPath("direct")]);
      expect(Math.abs((await alice.hears(800)).hz - 700)).toBeLessThan(15);
      await alice.hangUp();
      await bob.callIs("ended");
    });
  },
);
