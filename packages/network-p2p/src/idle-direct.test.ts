import type { Connection } from "@libp2p/interface";
import { type Channel, type CloseReason, createLive, type Path, type Protocol } from "@skein/core";
import { createHandClock } from "@skein/testkit";
import { CALL_PROTOCOL, CHAT_PROTOCOL } from "@skein/wire";
import { expect, test } from "vitest";
import { person } from "../test/people.ts";
import type { OpenChannel } from "./channel-registry.ts";
import { DIRECT_IDLE_MS } from "./defaults.ts";
import { closeIdleDirect } from "./idle-direct.ts";
import { peerIdOf } from "./peer-id.ts";

const { device } = person();

/** As much of a connection and of a channel as closing them needs; what is real is in `direct-paths.test.ts`. */
function stage(protocol: Protocol, path: Path = { kind: "direct" }) {
  const clock = createHandClock(1_000_000);
  const said: string[] = [];
  const connection = {
    remotePeer: peerIdOf(device),
    status: "open",
    close: async () => {
      connection.status = "closed";
      said.push("connection");
    },
    abort: () => {},
  };
  const channel = {
    peer: device,
    path: createLive(path),
    close: async (reason: CloseReason) => void said.push(`channel ${reason}`),
  };
  const open: OpenChannel[] = [{ channel: channel as unknown as Channel, protocol, opened: "dialled" }];
  const idle = closeIdleDirect({ clock, channelsWith: () => open });
  return { clock, said, open, idle, connection: connection as unknown as Connection };
}

test("[PP70] two minutes after the last frame its channels close, then it", async () => {
  const { clock, said, idle, connection } = stage(CHAT_PROTOCOL);
  idle.touched(connection);
  await clock.advance(DIRECT_IDLE_MS - 1);
  idle.touched(connection);
  await clock.advance(DIRECT_IDLE_MS - 1);
  expect(said).toEqual([]);
  await clock.advance(1);
  expect(said).toEqual(["channel done", "connection"]);
});

test("[PP70] not while a call is signalled over it, and two minutes after the call", async () => {
  const { clock, said, idle, open, connection } = stage(CALL_PROTOCOL);
  idle.touched(connection);
  await clock.advance(5 * DIRECT_IDLE_MS);
  expect(said).toEqual([]);
  open.pop();
  await clock.advance(DIRECT_IDLE_MS);
  expect(said).toEqual(["connection"]);
});

test("[PP70] relayed channels with the same device stay open", async () => {
  const { clock, said, idle, connection } = stage(CHAT_PROTOCOL, { kind: "relayed", by: device });
  idle.touched(connection);
  await clock.advance(DIRECT_IDLE_MS);
  expect(said).toEqual(["connection"]);
});

test("[PP70] once stopped nothing is closed any more", async () => {
  const { clock, said, idle, connection } = stage(CHAT_PROTOCOL);
  idle.touched(connection);
  idle.stop();
  await clock.advance(10 * DIRECT_IDLE_MS);
  expect(said).toEqual([]);
});
