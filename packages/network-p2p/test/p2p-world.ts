import { type DeviceId, type SkeinEvent, silent, systemClock, systemRandom } from "@skein/core";
import { type Account, createKeyPair, type KeyPair, type SupernodeAd, signAd, verifyAd } from "@skein/identity";
import { type ContractMember, type ContractWorld, createContractAccount } from "@skein/testkit";
import {
  createP2pNetwork,
  type DirectPolicy,
  type HostCacheStore,
  type P2pNetwork,
  type Placements,
} from "../src/index.ts";
import { createSupernode, type Supernode, type SupernodeOptions } from "../src/supernode/index.ts";
import { openTcpDoor, type TcpDoor } from "./tcp-door.ts";

/** Real supernodes and leaves in one process, on loopback; every leaf reaches them through TCP doors of its own. */
export interface P2pWorld extends ContractWorld {
  readonly supernodes: readonly Supernode[];
  /** Starts one more supernode, which is told of the others. */
  grow(): Promise<Supernode>;
  join(sameUserAs?: ContractMember): Promise<P2pMember>;
  crash(member: ContractMember): Promise<void>;
  sever(member: ContractMember): Promise<void>;
}

/** A leaf of such a world, and what it said of itself. */
export interface P2pMember extends ContractMember {
  readonly network: P2pNetwork;
  readonly events: readonly SkeinEvent[];
}

/** How a world is made. */
export interface P2pWorldOptions {
  readonly supernodes?: number;
  /** Of every member, told who it is; left out: nobody goes direct. */
  readonly directPolicy?: (self: DeviceId) => DirectPolicy;
  /** Supernodes each leaf keeps; left out: as many as there are. */
  readonly warm?: number;
  readonly maxReservations?: number;
  /** Which index the supernodes keep; left out: what they do unless told otherwise. */
  readonly index?: SupernodeOptions["index"];
}

interface Served {
  readonly supernode: Supernode;
  readonly key: KeyPair;
  readonly port: number;
  readonly ad: SupernodeAd;
}

/** Ahead of what the supernodes sign themselves, so that a leaf keeps to its doors. */
const DOOR_AD_AHEAD_MS = 4 * 60_000;

/** Starts supernodes that know each other. */
export async function createP2pWorld(options: P2pWorldOptions = {}): Promise<P2pWorld> {
  const served: Served[] = [];
  const ads = async (): Promise<readonly SupernodeAd[]> => served.map(({ ad }) => ad);
  const grow = async (): Promise<Supernode> => {
    const key = createKeyPair(systemRandom);
    const supernode = await startSupernode(key, ads, options);
    served.push({ key, supernode, port: portOf(supernode), ad: checkedAd(supernode.ad()) });
    return supernode;
  };
  for (let count = 0; count < (options.supernodes ?? 3); count += 1) await grow();
  await meshed(served.map(({ supernode }) => supernode));
  const members = new Map<ContractMember, readonly TcpDoor[]>();
  const doorsOf = (member: ContractMember): readonly TcpDoor[] => members.get(member) ?? [];
  return {
    supernodes: served.map(({ supernode }) => supernode),
    grow,
    async join(sameUserAs) {
      const account = createContractAccount(systemRandom, sameUserAs?.account);
      const behind = await Promise.all(served.map(openDoor));
      const member = createMember(account, {
        warm: options.warm ?? served.length,
        supernodes: async () => behind.map(({ ad }) => ad),
        directPolicy: options.directPolicy?.(account.device) ?? (() => "deny"),
      });
      members.set(
        member,
        behind.map(({ door }) => door),
      );
      return member;
    },
    async crash(member) {
      for (const door of doorsOf(member)) door.shut();
    },
    async sever(member) {
      for (const door of doorsOf(member)) door.sever();
    },
    async dispose() {
      await Promise.all([...members.keys()].map((member) => member.network.stop()));
      await Promise.all(served.map(({ supernode }) => supernode.stop()));
      for (const doors of members.values()) for (const door of doors) door.shut();
    },
  };
}

/** A leaf on the machine's clock, not started. */
export function createMember(
  account: Account,
  how: {
    readonly warm: number;
    readonly supernodes: () => Promise<readonly SupernodeAd[]>;
    readonly directPolicy: DirectPolicy;
    readonly placements?: Placements;
  },
): P2pMember {
  const events: SkeinEvent[] = [];
  const network = createP2pNetwork(
    { transports: "any", warm: how.warm },
    {
      account,
      clock: systemClock,
      random: systemRandom,
      report: (event) => void events.push(event),
      supernodes: how.supernodes,
      directPolicy: how.directPolicy,
      hostCache: forgetful,
      placements: how.placements,
    },
  );
  return { account, network, events, via: network.vias };
}

/** A door to a supernode, and an ad that leads through it. */
async function openDoor({ key, port }: Served): Promise<{ readonly door: TcpDoor; readonly ad: SupernodeAd }> {
  const door = await openTcpDoor(port);
  const addresses = [`/ip4/127.0.0.1/tcp/${door.port}/ws`];
  const issuedAt = Date.now() + DOOR_AD_AHEAD_MS;
  return { door, ad: checkedAd(signAd({ addresses, build: "skein-test", issuedAt, loadPct: 0, freeSlots: 100 }, key)) };
}

function portOf(supernode: Supernode): number {
  const port = /\/tcp\/(\d+)\/ws$/.exec(supernode.addresses()[0] ?? "")?.[1];
  if (port === undefined) throw new Error("the supernode has no ws address");
  return Number(port);
}

/** A supernode on loopback with ports of the system's choice. */
function startSupernode(
  key: KeyPair,
  ads: () => Promise<readonly SupernodeAd[]>,
  { index, maxReservations = 100 }: P2pWorldOptions,
): Promise<Supernode> {
  const loopback = "127.0.0.1";
  return createSupernode(
    {
      listen: [`/ip4/${loopback}/tcp/0/ws`],
      build: "skein-test",
      policy: "any",
      maxReservations,
      ...(index === undefined ? {} : { index }),
      turn: {
        listenAddress: loopback,
        listenPort: 0,
        publicAddress: loopback,
        peers: { kind: "public-and", networks: ["127.0.0.0/8"] },
      },
    },
    { key, clock: systemClock, random: systemRandom, report: silent, supernodes: ads },
  );
}

/** Lets every supernode connect to all others and waits until each counts them, and where it matters its DHT too. */
async function meshed(supernodes: readonly Supernode[]): Promise<void> {
  const signal = AbortSignal.timeout(45_000);
  while (!signal.aborted) {
    await Promise.all(supernodes.map((each) => each.meetNeighbours()));
    const known = ({ dhtPeers, index, roster }: ReturnType<Supernode["status"]>): number =>
      index === "dht" ? Math.min(dhtPeers, roster) : roster;
    const missing = supernodes.filter((each) => known(each.status()) < supernodes.length - 1);
    if (missing.length === 0) return;
  }
  throw new Error("the supernodes did not find each other within 45 s");
}

/** Reads an ad that must hold. */
export function checkedAd(bytes: Uint8Array): SupernodeAd {
  const ad = verifyAd(bytes, Date.now());
  if (!ad.ok) throw new Error(ad.reason);
  return ad.value;
}

const forgetful: HostCacheStore = { load: async () => [], save: async () => {} };
