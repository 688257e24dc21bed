#!/usr/bin/env node
/**
 * Runs inside a host of a lab: asks every node's health once a second and tells the parent over IPC. Started by
 * `election/roll-call.ts`; its first argument is the JSON of names and HTTP addresses.
 *
 * @module
 */
import process from "node:process";
import { pause, systemClock } from "@skein/core";
import { verifyAd } from "@skein/identity";
import { type Asked, type NodeReport, WATCH_EVERY_MS } from "./election/roll-call.ts";

const nodes = JSON.parse(process.argv[2] ?? "[]") as readonly Asked[];
const ids = new Map<string, string>();
const never = new AbortController().signal;
const ASK_TIMEOUT_MS = 2_000;

async function ask({ http, name }: Asked): Promise<NodeReport> {
  const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
  try {
    const health = (await (await fetch(`${http}/healthz`, { signal })).json()) as Record<string, unknown>;
    if (!ids.has(name)) {
      const ad = verifyAd(new Uint8Array(await (await fetch(`${http}/ad`, { signal })).arrayBuffer()), Date.now());
      if (ad.ok) ids.set(name, ad.value.supernode);
    }
    return {
      name,
      id: ids.get(name),
      service: String(health.service),
      leaves: Number(health.reservations),
      slots: Number(health.slots),
    };
  } catch {
    return { name, id: ids.get(name), service: "silent", leaves: 0, slots: 0 };
  }
}

process.once("disconnect", () => process.exit());
for (;;) {
  const reports = await Promise.all(nodes.map(ask));
  process.send?.({ at: systemClock.now(), reports });
  await pause(systemClock, WATCH_EVERY_MS, never);
}
