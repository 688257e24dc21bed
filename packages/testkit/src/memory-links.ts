import { createLive, type DeviceId, type Live, type LiveSource, type Path } from "@skein/core";

/** The way between two devices: how long it takes, whether it carries anything now, and what it says it is. */
export interface MemoryLink {
  /** One way, in ms. */
  delayMs: number;
  /** Whether anything gets through now. */
  readonly open: Live<boolean>;
  readonly path: LiveSource<Path>;
}

/** Every link of a memory world, and the faults that can be put on them. */
export interface MemoryLinks {
  /** The link of two devices; the same object both ways and at every call. */
  between(one: DeviceId, other: DeviceId): MemoryLink;
  /** Whether a device reaches directory and mailboxes. */
  connected(device: DeviceId): Live<boolean>;
  partition(one: readonly DeviceId[], other: readonly DeviceId[]): void;
  isolate(device: DeviceId): void;
  heal(): void;
}

interface OwnLink extends MemoryLink {
  readonly ends: readonly [DeviceId, DeviceId];
  readonly open: LiveSource<boolean>;
}

/** Makes links that start open, with this delay (ms, one way) and path. */
export function createMemoryLinks(options: { readonly delayMs: number; readonly path: Path }): MemoryLinks {
  const links = new Map<string, OwnLink>();
  const connections = new Map<DeviceId, LiveSource<boolean>>();
  const partitioned = new Set<string>();
  const isolated = new Set<DeviceId>();

  const isOpen = ([one, other]: OwnLink["ends"]): boolean =>
    !isolated.has(one) && !isolated.has(other) && !partitioned.has(pairOf(one, other));

  function apply(): void {
    for (const link of links.values()) link.open.set(isOpen(link.ends));
    for (const [device, connected] of connections) connected.set(!isolated.has(device));
  }

  return {
    between(one, other) {
      const pair = pairOf(one, other);
      const known = links.get(pair);
      if (known !== undefined) return known;
      const ends = [one, other] as const;
      const link: OwnLink = {
        ends,
        delayMs: options.delayMs,
        open: createLive(isOpen(ends)),
        path: createLive(options.path),
      };
      links.set(pair, link);
      return link;
    },
    connected(device) {
      const known = connections.get(device);
      if (known !== undefined) return known;
      const connected = createLive(!isolated.has(device));
      connections.set(device, connected);
      return connected;
    },
    partition(one, other) {
      for (const left of one) for (const right of other) partitioned.add(pairOf(left, right));
      apply();
    },
    isolate(device) {
      isolated.add(device);
      apply();
    },
    heal() {
      partitioned.clear();
      isolated.clear();
      apply();
    },
  };
}

function pairOf(one: DeviceId, other: DeviceId): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
