import type { Connection, Libp2p, StreamHandler } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { person } from "../test/people.ts";
import { UPGRADE_TIMEOUT_MS } from "./defaults.ts";
import { openDirectPaths } from "./direct-paths.ts";
import type { Libp2pParts } from "./libp2p-parts.ts";
import { peerIdOf } from "./peer-id.ts";
import { SIGNALLING_PROTOCOL } from "./specification.ts";

/** Direct paths over a node that only remembers what was registered with it. */
async function stage() {
  const clock = createHandClock();
  const handlers = new Map<string, StreamHandler>();
  const signalled: Connection[] = [];
  handlers.set(SIGNALLING_PROTOCOL, (_, connection) => void signalled.push(connection));
  const listeners: ((event: CustomEvent<Connection>) => void)[] = [];
  const node = {
    getConnections: () => [],
    handle: async (protocol: string, handler: StreamHandler) => void handlers.set(protocol, handler),
    addEventListener: (_: string, listener: (event: CustomEvent<Connection>) => void) => void listeners.push(listener),
    removeEventListener: () => {},
  } as unknown as Libp2p;
  const parts = {
    transportManager: { getTransports: () => [] },
    registrar: {
      getHandler: (protocol: string) => ({ handler: handlers.get(protocol), options: {} }),
      handle: async (protocol: string, handler: StreamHandler) => void handlers.set(protocol, handler),
    },
  } as unknown as Libp2pParts;
  const onDirect: string[] = [];
  const paths = await openDirectPaths({
    node,
    parts,
    clock,
    policy: () => "allow",
    report: () => {},
    channelsWith: () => [],
    onDirect: (device) => void onDirect.push(device),
  });
  const signal = (connection: Connection): "admitted" | "reset" => {
    let outcome: "admitted" | "reset" = "admitted";
    const stream = {
      abort: () => {
        outcome = "reset";
      },
    };
    handlers.get(SIGNALLING_PROTOCOL)?.(stream as never, connection);
    return outcome;
  };
  const open = (connection: Connection): void => {
    for (const listener of listeners) listener({ detail: connection } as CustomEvent<Connection>);
  };
  return { clock, paths, signal, open, onDirect, signalled };
}

/** A connection as libp2p shows it: whose key it proved, and at which address. */
function connectionTo(remotePeer: ReturnType<typeof peerIdOf>, address: string): Connection & { aborted: boolean } {
  const connection = {
    remotePeer,
    remoteAddr: multiaddr(address),
    direction: "inbound",
    status: "open",
    aborted: false,
  };
  return Object.assign(connection, {
    abort: () => {
      connection.aborted = true;
    },
  }) as unknown as Connection & { aborted: boolean };
}

const [relay, peer, other] = [person(), person(), person()].map((each) => peerIdOf(each.device));
if (relay === undefined || peer === undefined || other === undefined) throw new Error("three peers");
const through = `/ip4/127.0.0.1/tcp/1/ws/p2p/${relay}/p2p-circuit/p2p/`;

test("[PP45] signalling is admitted only where the address names the key that was proven", async () => {
  const { signal, signalled } = await stage();
  expect(signal(connectionTo(peer, `${through}${peer}`))).toBe("admitted");
  expect(signal(connectionTo(peer, `${through}${other}`))).toBe("reset");
  expect(signalled.length).toBe(1);
});

test("[PP45] no more than a few upgrades are taken in a row, whoever asks", async () => {
  const { clock, signal } = await stage();
  const outcomes = (): string[] => Array.from({ length: 20 }, () => signal(connectionTo(peer, `${through}${peer}`)));
  expect(outcomes().filter((each) => each === "admitted").length).toBe(8);
  await clock.advance(10_000);
  expect(outcomes().filter((each) => each === "admitted").length).toBe(2);
});

test("[PP41] a connection that came in and never carried a byte is dropped; one that did stays", async () => {
  const { clock, open, paths, onDirect } = await stage();
  const [zombie, alive] = [connectionTo(peer, `/webrtc/p2p/${peer}`), connectionTo(other, `/webrtc/p2p/${other}`)];
  const relayed = connectionTo(peer, `${through}${peer}`);
  for (const connection of [zombie, alive, relayed]) open(connection);
  paths.proven(alive);
  paths.proven(relayed);
  await clock.advance(UPGRADE_TIMEOUT_MS);
  expect([zombie.aborted, alive.aborted, relayed.aborted]).toEqual([true, false, false]);
  expect(onDirect.length).toBe(1);
});
