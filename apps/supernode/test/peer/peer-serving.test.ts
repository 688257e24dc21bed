import { existsSync } from "node:fs";
import { join } from "node:path";
import { createTrafficMeter, systemClock } from "@skein/core";
import { createPlacements } from "@skein/network-p2p";
import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { readConfiguration } from "../../src/configuration.ts";
import { askPageHosts } from "../../src/peer/first-hosts.ts";
import { startPeerServing } from "../../src/peer/peer-serving.ts";
import { peerSettings } from "../../src/peer/peer-settings.ts";
import type { StatusView } from "../../src/status/status-view.ts";
import { builtPage } from "../page.ts";
import { freePorts } from "../ports.ts";
import { skein, temporaryFolder } from "../program.ts";
import { stopped, supernode } from "../running.ts";

test("[SU27] a peer serves beside its person, with a folder and a key of its own", { timeout: 120_000 }, async () => {
  const host = await supernode(["--page", "--page-directory", builtPage()]);
  const [data, ports] = [temporaryFolder(), await freePorts()];
  const peer = skein([
    ...["peer", "--page", `${host.url}/`, "--data", data, "--http-port", `${ports.http}`],
    ...["--serve", "always", "--serve-listen", "127.0.0.1", "--allow-private", "--max-reservations", "20"],
    ...["--ws-port", `${ports.ws}`, "--webrtc-port", `${ports.webrtc}`, "--turn-port", `${ports.turn}`],
  ]);
  const url = `http://127.0.0.1:${ports.http}`;
  const status = await vi.waitFor(
    async () => {
      const answer = (await (await fetch(`${url}/status.json`)).json()) as StatusView;
      expect(answer.neighbours).toHaveLength(1);
      return answer;
    },
    { timeout: 60_000, interval: 250 },
  );
  expect(status).toMatchObject({ role: "serving", setting: "always", slots: 20 });
  const health = await (await fetch(`${url}/healthz`)).json();
  expect(health.link).toEqual(expect.any(String));
  expect(health.link).not.toContain(status.id);
  expect(existsSync(join(data, "serving", "device.key"))).toBe(true);
  expect([await stopped(peer), await stopped(host)]).toEqual([0, 0]);
});

test("[SU27] what crosses the connections of the node that serves is spent on others", {
  timeout: 60_000,
}, async () => {
  const host = await supernode(["--page", "--page-directory", builtPage()]);
  const ports = await freePorts();
  const flags = [
    ...["--page", `${host.url}/`, "--data", temporaryFolder(), "--serve-listen", "127.0.0.1", "--allow-private"],
    ...["--ws-port", `${ports.ws}`, "--webrtc-port", `${ports.webrtc}`, "--turn-port", `${ports.turn}`],
  ];
  const values = readConfiguration(peerSettings, { flags, environment: {} });
  const meter = createTrafficMeter(systemClock);
  const serving = await startPeerServing(values, "always", {
    hosts: askPageHosts(values.page, systemClock),
    log: pino({ level: "silent" }),
    placements: createPlacements({ clock: systemClock }),
    meter,
  });
  // It meets the other supernode.
  await vi.waitFor(() => expect(meter.read().others.messages).toBeGreaterThan(10), { timeout: 20_000 });
  expect(meter.read().mine).toEqual({ bytes: 0, messages: 0 });
  await serving.stop();
  expect(await stopped(host)).toBe(0);
});

test("[SU27] a port it cannot serve at is one line, and nothing runs", { timeout: 60_000 }, async () => {
  const host = await supernode(["--page", "--page-directory", builtPage()]);
  const ports = await freePorts();
  const peer = skein([
    ...["peer", "--page", `${host.url}/`, "--memory", "--data", temporaryFolder(), "--serve", "auto"],
    ...["--serve-listen", "127.0.0.1", "--ws-port", `${host.ports.ws}`, "--webrtc-port", `${ports.webrtc}`],
    ...["--turn-port", `${ports.turn}`, "--http-port", `${ports.http}`],
  ]);
  expect(await peer.ended).toEqual({
    code: 1,
    errors: `skein: --ws-port ${host.ports.ws}: 127.0.0.1:${host.ports.ws} is in use already\n`,
  });
  await stopped(host);
});
