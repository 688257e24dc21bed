import type { Channel, Clock, DeviceId, Mode, Network, Path, Random } from "@skein/core";
import { verifyDurable, verifyPresence } from "@skein/identity";
import { createMemoryChannels, type MemoryChannels } from "./memory-channel.ts";
import { createMemoryDirectory, createMemoryIndex, type VerifyPresence } from "./memory-index.ts";
import { createMemoryLinks } from "./memory-links.ts";
import { createMemoryMailbox, type MemoryBoxes } from "./memory-mail.ts";
import { createMemoryMember, type MemoryMember, type MemorySurroundings } from "./memory-network.ts";

/** How a memory world is. */
export interface MemoryWorldOptions {
  /** Left out: `p2p`. */
  readonly mode?: Mode;
  /** What channels say of their way; left out: direct in p2p, central otherwise. */
  readonly path?: Path;
  /** Delay of every link that {@link MemoryWorld.delay} does not name, ms one way; left out: 0. */
  readonly delayMs?: number;
  /** How many pieces a mailbox holds; left out: 1000. */
  readonly mailboxPieces?: number;
}

/** What a memory world works with. */
export interface MemoryWorldDependencies {
  readonly clock: Clock;
  readonly random: Random;
  /** Left out: that of `@skein/identity`. */
  readonly verify?: VerifyPresence;
}

/** A network of any number of devices in this process, with faults at hand. Rules: docs/spec/testkit.md#TK9 ff. */
export interface MemoryWorld {
  /** The network of a device, not started; the same one at every call. */
  join(device: DeviceId): Network;
  /** Messages and dials between two devices take this long one way, ms. What is on its way keeps its time. */
  delay(one: DeviceId, other: DeviceId, delayMs: number): void;
  /** Nothing gets through between the two groups until {@link MemoryWorld.heal}; channels wait, and are lost after 15 s. */
  partition(one: readonly DeviceId[], other: readonly DeviceId[]): void;
  /** Cuts a device from everybody, directory and mailboxes included, until {@link MemoryWorld.heal}; it goes back to joining. */
  isolate(device: DeviceId): void;
  /** Ends every partition and isolation. */
  heal(): void;
  /** Ends a device without goodbye: channels `lost`, watchers told it is gone, status `stopped`. It may be started anew. */
  crash(device: DeviceId): void;
  /** From now on the device takes this long over each message it reads, ms; 0 ends it. */
  slowReader(device: DeviceId, everyMs: number): void;
  /** Breaks the open channels of two devices: `lost` on both sides. New ones may be dialled at once. */
  cut(one: DeviceId, other: DeviceId): void;
  /** What channels of these two say of their way from now on, open ones too. */
  reroute(one: DeviceId, other: DeviceId, path: Path): void;
}

interface OpenChannels {
  readonly from: DeviceId;
  readonly to: DeviceId;
  readonly channels: MemoryChannels;
}

/** Makes an empty memory world. */
export function createMemoryWorld(options: MemoryWorldOptions, dependencies: MemoryWorldDependencies): MemoryWorld {
  const { clock, random, verify = verifyPresence } = dependencies;
  const { mode = "p2p", delayMs = 0, mailboxPieces = 1_000 } = options;
  const path = options.path ?? (mode === "p2p" ? { kind: "direct" } : { kind: "central", by: "memory" });
  const links = createMemoryLinks({ delayMs, path });
  const index = createMemoryIndex({ clock, verify, verifyDurable });
  const boxes: MemoryBoxes = new Map();
  const members = new Map<DeviceId, MemoryMember>();
  const slowness = new Map<DeviceId, number>();
  const open = new Set<OpenChannels>();

  function surroundingsOf(self: DeviceId): MemorySurroundings {
    return {
      clock,
      links,
      directory: (status) => createMemoryDirectory({ index, status }),
      mailbox: (status) => createMemoryMailbox({ self, pieces: mailboxPieces }, { boxes, status, clock, random }),
      peer: (device) => members.get(device),
      open(to) {
        const channels = createMemoryChannels(
          { near: self, far: to, readEveryMs: (reader) => slowness.get(reader) ?? 0 },
          { clock, link: links.between(self, to) },
        );
        const entry: OpenChannels = { from: self, to, channels };
        open.add(entry);
        void channels.over.then(() => open.delete(entry));
        return channels;
      },
      openEnds: () => [...open].flatMap((entry) => endsOf(entry, self)),
      cutAll() {
        for (const { from, to, channels } of open) if (from === self || to === self) channels.cut();
      },
      left: () => index.gone(self),
    };
  }

  return {
    join(device) {
      const known = members.get(device);
      if (known !== undefined) return known.network;
      const member = createMemoryMember({ self: device, mode }, surroundingsOf(device));
      members.set(device, member);
      return member.network;
    },
    delay(one, other, ms) {
      links.between(one, other).delayMs = ms;
    },
    partition: links.partition,
    isolate: links.isolate,
    heal: links.heal,
    crash: (device) => members.get(device)?.crash(),
    slowReader: (device, everyMs) => void slowness.set(device, everyMs),
    cut(one, other) {
      for (const { from, to, channels } of open) {
        if ((from === one && to === other) || (from === other && to === one)) channels.cut();
      }
    },
    reroute: (one, other, next) => links.between(one, other).path.set(next),
  };
}

function endsOf({ from, to, channels }: OpenChannels, device: DeviceId): readonly Channel[] {
  const ends: Channel[] = [];
  if (from === device) ends.push(channels.ends.near);
  if (to === device) ends.push(channels.ends.far);
  return ends;
}
