import { type Channel, type DeviceId, type Network, silent, systemClock, systemRandom, type UserId } from "@skein/core";
import { type Account, createKeyPair, type SupernodeAd, signAd } from "@skein/identity";
import { createContractAccount, createHandClock, type HandClock } from "@skein/testkit";
import { CHAT_PROTOCOL } from "@skein/wire";
import type { AddressLimits } from "../src/supernode/address-caps.ts";
import { createSupernode, type Supernode } from "../src/supernode/index.ts";
import { checkedAd, createMember } from "./p2p-world.ts";
import { type RawLeaf, startRawLeaf } from "./raw-leaf.ts";
import { openTcpDoor, type TcpDoor } from "./tcp-door.ts";

/**
 * One real supernode on loopback that counts loopback addresses too, and attackers from 127.0.0.1 on it. Its clock stands
 * still, so that what is used up stays used up.
 */
export interface FloodWorld {
  readonly supernode: Supernode;
  readonly port: number;
  readonly clock: HandClock;
  /** Leaves as apps have them, online, all from this loopback address. */
  honest(count: number, address?: string): Promise<readonly Honest[]>;
  /** A peer that keeps no rules; not connected. */
  attacker(): Promise<RawLeaf>;
  /** A door for attackers, from 127.0.0.1. */
  door(): Promise<TcpDoor>;
  dispose(): Promise<void>;
}

/** An honest leaf. */
export interface Honest {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly network: Network;
}

/** Ahead of the ads that the supernode signs itself. */
const AHEAD_MS = 4 * 60_000;

/** Starts one. */
export async function createFloodWorld(perAddress: AddressLimits): Promise<FloodWorld> {
  const clock = createHandClock(Date.now());
  const key = createKeyPair(systemRandom);
  const supernode = await createSupernode(
    { listen: ["/ip4/127.0.0.1/tcp/0/ws"], build: "skein-test", policy: "any", maxReservations: 200, perAddress },
    { key, clock, random: systemRandom, report: silent, supernodes: async () => [] },
  );
  const port = Number(/\/tcp\/(\d+)\/ws$/.exec(supernode.addresses()[0] ?? "")?.[1]);
  const opened: (() => Promise<void> | void)[] = [];

  const adThrough = (door: TcpDoor): SupernodeAd =>
    checkedAd(
      signAd(
        {
          addresses: [`/ip4/127.0.0.1/tcp/${door.port}/ws`],
          build: "skein-test",
          issuedAt: systemClock.now() + AHEAD_MS,
          loadPct: 0,
          freeSlots: 100,
        },
        key,
      ),
    );
  const openDoor = async (from: string): Promise<TcpDoor> => {
    const door = await openTcpDoor(port, from);
    opened.push(door.shut);
    return door;
  };
  const join = async (ad: SupernodeAd): Promise<Honest> => {
    const account: Account = createContractAccount(systemRandom);
    const { network } = createMember(account, { warm: 1, supernodes: async () => [ad], directPolicy: () => "deny" });
    opened.push(() => network.stop());
    await network.start(AbortSignal.timeout(30_000));
    return { user: account.user, device: account.device, network };
  };
  return {
    supernode,
    port,
    clock,
    async honest(count, address = "127.0.0.2") {
      const ad = adThrough(await openDoor(address));
      const all: Honest[] = [];
      while (all.length < count)
        all.push(...(await Promise.all(Array.from({ length: Math.min(4, count - all.length) }, () => join(ad)))));
      return all;
    },
    async attacker() {
      const raw = await startRawLeaf();
      opened.push(raw.stop);
      return raw;
    },
    door: () => openDoor("127.0.0.1"),
    async dispose() {
      for (const close of opened.reverse()) await close();
      await supernode.stop();
    },
  };
}

/**
 * An attack in so many waves, and honest people meanwhile: with every wave each asks where the next one is. Gives the share
 * of their requests that succeeded.
 */
export async function during(
  honest: readonly Honest[],
  waves: number,
  attack: (wave: number) => Promise<unknown>,
): Promise<number> {
  const outcomes: boolean[] = [];
  const request = async (self: Honest, index: number): Promise<void> => {
    const other = honest[(index + 1) % honest.length] ?? self;
    const found = await self.network.directory.find(other.user, AbortSignal.timeout(5_000)).catch(() => []);
    outcomes.push(found.some(({ device }) => device === other.device));
  };
  for (let wave = 0; wave < waves; wave += 1) await Promise.all([attack(wave), ...honest.map(request)]);
  return outcomes.filter((each) => each).length / outcomes.length;
}

/** Whether a message on a new channel gets from one honest leaf to another, through a relay slot. */
export async function reaches(from: Honest, to: Honest): Promise<boolean> {
  const arrived = Promise.withResolvers<boolean>();
  const take = async (channel: Channel): Promise<void> => {
    for await (const _ of channel.incoming) arrived.resolve(true);
  };
  const unlisten = to.network.listen(
    CHAT_PROTOCOL,
    (channel) => void take(channel).catch(() => arrived.resolve(false)),
  );
  try {
    const channel = await from.network.dial(to.device, CHAT_PROTOCOL, AbortSignal.timeout(8_000));
    await channel.send(new Uint8Array([1]));
    return await arrived.promise;
  } catch {
    return false;
  } finally {
    unlisten();
  }
}
