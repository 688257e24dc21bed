import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { systemClock, systemRandom } from "@skein/core";
import { createKeyPair } from "@skein/identity";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { readConfiguration } from "../../src/configuration.ts";
import { ConfigurationError } from "../../src/configuration-error.ts";
import type { Daemon } from "../../src/daemon.ts";
import { serve } from "../../src/http.ts";
import { hostPage } from "../../src/page-host.ts";
import { askPageHosts } from "../../src/peer/first-hosts.ts";
import { startPeerDaemon } from "../../src/peer/peer-daemon.ts";
import { peerSettings } from "../../src/peer/peer-settings.ts";
import { addressFor } from "../../src/peer/peer-web.ts";
import { builtPage } from "../page.ts";
import { freePorts } from "../ports.ts";
import { skein, temporaryFolder } from "../program.ts";

const log = pino({ level: "silent" });

/** The host of a page that knows no supernode: peers start, and their network stays on its way. */
async function startPage(central?: string): Promise<string> {
  const handlers = await hostPage(
    { pageDirectory: builtPage(), central },
    { key: createKeyPair(systemRandom), clock: systemClock, ads: () => [] },
  );
  const web = await serve({ listen: "127.0.0.1", port: 0 }, { handlers, log });
  onTestFinished(() => web.close());
  return `http://127.0.0.1:${web.port}/`;
}

type Line = Readonly<Record<string, unknown>>;

/** Peers in this process, and their two ends. */
async function startPeers(flags: readonly string[]) {
  const values = readConfiguration(peerSettings, { flags, environment: {} });
  const [input, output] = [new PassThrough(), new PassThrough()];
  const lines: Line[] = [];
  const readers = new Set<() => void>();
  output.on("data", (chunk: Buffer) => {
    for (const text of chunk.toString("utf8").trimEnd().split("\n")) lines.push(JSON.parse(text) as Line);
    for (const read of readers) read();
  });
  let quits = 0;
  const quit = Promise.withResolvers<void>();
  const daemon: Daemon = await startPeerDaemon(values, {
    hosts: askPageHosts(values.page, systemClock),
    log,
    input,
    output,
    quit() {
      quits += 1;
      quit.resolve();
    },
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= daemon.stop();
    return stopped;
  };
  onTestFinished(stop);
  return {
    input,
    stop,
    asked: quit.promise,
    quits: () => quits,
    order: (order: object) => input.write(`${JSON.stringify(order)}\n`),
    lineOf(accept: (line: Line) => boolean): Promise<Line> {
      return new Promise((resolve) => {
        const read = (): void => {
          const found = lines.find(accept);
          if (found === undefined) return;
          readers.delete(read);
          resolve(found);
        };
        readers.add(read);
        read();
      });
    },
  };
}

const ready = (peer: number) => (line: Line) => line.kind === "ready" && line.peer === peer;

describe("peers of one process", () => {
  test("[PE7] each is a person of its own, with a number and a name, and obeys the orders with its number", async () => {
    const page = await startPage();
    const { lineOf, order } = await startPeers(["--page", page, "--memory", "--peers", "3", "--name", "Robot"]);
    const people = await Promise.all([0, 1, 2].map((peer) => lineOf(ready(peer))));
    expect(people.map(({ name }) => name)).toEqual(["Robot 0", "Robot 1", "Robot 2"]);
    expect(new Set(people.map(({ user }) => user)).size).toBe(3);
    order({ kind: "rename", name: "Somebody", peer: 2, tag: "r" });
    expect(await lineOf(({ tag }) => tag === "r")).toMatchObject({ peer: 2, kind: "outcome", ok: true });
    order({ do: "state", peer: 2, tag: "s" });
    expect(await lineOf(({ tag }) => tag === "s")).toMatchObject({ peer: 2, state: { me: { name: "Somebody" } } });
    order({ do: "state", peer: 1, tag: "t" });
    expect(await lineOf(({ tag }) => tag === "t")).toMatchObject({ state: { me: { name: "Robot 1" } } });
  });

  test("[PE50] with a folder they are the same people after the next start, in the mode of the command line", async () => {
    const page = await startPage("ws://127.0.0.1:9/skein/central/1");
    const data = join(temporaryFolder(), "people");
    const flags = ["--page", page, "--data", data];
    const first = await startPeers(flags);
    const before = await first.lineOf(ready(0));
    first.order({ kind: "choose-mode", mode: "central", tag: "m" });
    expect(await first.lineOf(({ tag }) => tag === "m")).toMatchObject({ ok: true });
    await first.stop();
    expect(readdirSync(join(data, "0")).toSorted()).toEqual(["account.json", "messages.sqlite", "preferences.json"]);
    const second = await startPeers(flags);
    expect(await second.lineOf(ready(0))).toMatchObject({ user: before.user, device: before.device });
    expect(await second.lineOf(({ kind }) => kind === "network")).toMatchObject({ mode: "p2p" });
  });

  test("[PE64] an echo on both networks is one person: the same keys twice", async () => {
    const page = await startPage("ws://127.0.0.1:9/skein/central/1");
    const { lineOf } = await startPeers(["--page", page, "--memory", "--echo", "--mode", "both", "--name", "Echo"]);
    const [one, other] = [await lineOf(ready(0)), await lineOf(ready(1))];
    expect(other).toMatchObject({ user: one.user, device: one.device, link: one.link, name: "Echo" });
    const modes = [0, 1].map((peer) => lineOf((line) => line.kind === "network" && line.peer === peer));
    expect((await Promise.all(modes)).map(({ mode }) => mode)).toEqual(["p2p", "central"]);
  });

  test("[PE6] quit and the end of the input end it; a service with a health address goes on without input", async () => {
    const page = await startPage();
    const told = await startPeers(["--page", page, "--memory"]);
    told.order({ do: "quit" });
    await told.asked;
    const left = await startPeers(["--page", page, "--memory"]);
    left.input.end();
    await left.asked;
    const { http } = await freePorts();
    const service = await startPeers(["--page", page, "--memory", "--http-port", `${http}`]);
    service.input.end();
    expect((await fetch(`http://127.0.0.1:${http}/healthz`)).status).toBe(503);
    await service.stop();
    expect([told.quits(), left.quits(), service.quits()]).toEqual([1, 1, 0]);
  });

  test("[PE9] health says where each stands, and /add leads a browser to the contact link", async () => {
    const page = await startPage();
    const { http } = await freePorts();
    const { lineOf } = await startPeers(["--page", page, "--memory", "--peers", "2", "--http-port", `${http}`]);
    const { link } = await lineOf(ready(0));
    const health = await fetch(`http://127.0.0.1:${http}/healthz`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ ok: false, link, networks: [{ mode: "p2p" }, { mode: "p2p" }] });
    const add = await fetch(`http://127.0.0.1:${http}/add?profile=bob`, { redirect: "manual" });
    expect([add.status, add.headers.get("location")]).toEqual([302, addressFor(`${link}`, "/add?profile=bob")]);
    expect(addressFor("http://page/#/add/x", "/add?profile=bob")).toBe("http://page/?profile=bob#/add/x");
    expect(addressFor("http://page/#/add/x", "/add?profile=b%20b")).toBe("http://page/#/add/x");
    expect(addressFor("http://page/#/add/x", "/add")).toBe("http://page/#/add/x");
  });
});

describe("skein peer", () => {
  test.each([
    [["--page", "nowhere"], "--page"],
    [["--mode", "both"], "--mode both goes with --echo only"],
    [["--mode", "both", "--echo", "--peers", "2"], "--mode both is one peer"],
    [["--peers", "0"], "--peers: 1 to 200"],
    [["--play", "tone:0"], "--play: tone:0"],
    [["--play", "/none.wav"], "--play: /none.wav cannot be played"],
  ])("[PE8] %j is a wrong setting", async (flags, sentence) => {
    const starting = startPeers(["--memory", ...flags]);
    await expect(starting).rejects.toThrow(ConfigurationError);
    await expect(starting).rejects.toThrow(sentence);
  });

  test("[PE8] a wrong setting is told in one line, with code 2", async () => {
    const { code, errors } = await skein(["peer", "--memory", "--mode", "both"]).ended;
    expect([code, errors]).toEqual([2, "skein: --mode both goes with --echo only\n"]);
  });

  test("[PE8] a page that does not answer, or names no central server, is one line and code 1", async () => {
    const page = await startPage();
    const runs = [
      skein(["peer", "--memory", "--page", "http://127.0.0.1:9/"]),
      skein(["peer", "--memory", "--page", page, "--mode", "central"]),
    ];
    const ends = await Promise.all(runs.map(({ ended }) => ended));
    expect(ends.map(({ code }) => code)).toEqual([1, 1]);
    expect(ends[0]?.errors).toMatch(/^skein: http:\/\/127\.0\.0\.1:9\/ does not answer .+\n$/);
    expect(ends[1]?.errors).toContain("names no central server");
  });

  test("[PE6] it ends with code 0 when its input ends", async () => {
    const page = await startPage();
    const { code, errors } = await skein(["peer", "--memory", "--page", page]).ended;
    expect([code, errors]).toEqual([0, ""]);
  });
});
