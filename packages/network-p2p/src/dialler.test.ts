import type { Connection } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { person, presenceOf } from "../test/people.ts";
import { createChannelRegistry } from "./channel-registry.ts";
import { HEDGE_AFTER_MS } from "./defaults.ts";
import { type DialDependencies, dialChannel } from "./dialler.ts";

const never = new Promise<never>(() => {});

/** A connection whose streams are what `newStream` gives; nothing else of it is used. */
function connectionWith(newStream: () => Promise<never>): Connection {
  const remoteAddr = multiaddr("/ip4/192.0.2.1/tcp/1/ws");
  return { newStream, remoteAddr, abort: () => {}, status: "open" } as unknown as Connection;
}

test("[PP53] a held connection that is silent does not hold up a dial: another way is tried after a moment", async () => {
  const clock = createHandClock();
  const presence = presenceOf(person(), { sequence: 1 });
  const tried: string[] = [];
  const silent = connectionWith(() => {
    tried.push("direct");
    return never;
  });
  const fresh = connectionWith(() => {
    tried.push("relayed");
    return Promise.reject(Object.assign(new Error("no"), { name: "UnsupportedProtocolError" }));
  });
  const dependencies = {
    clock,
    channels: createChannelRegistry(),
    directory: { findDevice: async () => presence },
    direct: { usable: () => silent, seek: () => {} },
    relayed: { open: () => [], connect: async () => fresh },
  } as unknown as DialDependencies;
  const dialled = dialChannel(presence.device, "/skein/chat/1", dependencies, new AbortController().signal);
  const outcome = expect(dialled).rejects.toMatchObject({ code: "unsupported" });
  await clock.advance(HEDGE_AFTER_MS - 1);
  expect(tried).toEqual(["direct"]);
  await clock.advance(1);
  await outcome;
  expect(tried).toEqual(["direct", "relayed"]);
});
