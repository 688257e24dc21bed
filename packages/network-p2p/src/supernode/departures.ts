import type { Clock, DeviceId, Presence } from "@skein/core";
import { GONE_AFTER_MS } from "./limits.ts";
import type { PresenceBook } from "./presence-book.ts";

/** A device whose supernodes lost it. */
export interface Departure {
  readonly presence: Presence;
  readonly at: number;
}

/** Finds out whether a device is gone, from what its supernodes say. */
export interface Departures {
  /** `supernode` lost its connection to a device that had said `sequence`. Reports of others than its vias are ignored. */
  left(device: DeviceId, supernode: DeviceId, sequence: number): void;
  /** A holder that we follow says that a device is gone; nobody but those we asked is believed. */
  hinted(device: DeviceId, sequence: number): void;
  /** The departure of a device, as long as it has said nothing new. */
  of(device: DeviceId): Departure | undefined;
}

interface Reports {
  readonly sequence: number;
  readonly vias: Set<DeviceId>;
  readonly cancel: () => void;
  goneAt?: number;
}

/**
 * All vias gone: gone at once. Some: gone unless the device speaks up within 2 s, which one that only changed supernodes
 * does.
 */
export function createDepartures(
  book: PresenceBook,
  dependencies: { readonly clock: Clock; readonly onGone: (departure: Departure) => void },
): Departures {
  const { clock, onGone } = dependencies;
  const reports = new Map<DeviceId, Reports>();

  const conclude = (presence: Presence, report: Reports): void => {
    report.cancel();
    if (report.goneAt !== undefined) return;
    report.goneAt = clock.now();
    onGone({ presence, at: report.goneAt });
  };
  book.subscribe((presence) => {
    reports.get(presence.device)?.cancel();
    reports.delete(presence.device);
  });

  return {
    left(device, supernode, sequence) {
      const presence = book.ofDevice(device);
      if (presence === undefined || presence.sequence > sequence || presence.availability === "offline") return;
      if (!presence.via.some((via) => via.supernode === supernode)) return;
      const report = reports.get(device) ?? {
        sequence: presence.sequence,
        vias: new Set(),
        cancel: clock.at(clock.now() + GONE_AFTER_MS, () => {
          const now = reports.get(device);
          if (now !== undefined) conclude(presence, now);
        }),
      };
      reports.set(device, report);
      report.vias.add(supernode);
      if (presence.via.every((via) => report.vias.has(via.supernode))) conclude(presence, report);
    },
    hinted(device, sequence) {
      const presence = book.ofDevice(device);
      if (presence === undefined || presence.sequence > sequence || presence.availability === "offline") return;
      const report = reports.get(device) ?? { sequence: presence.sequence, vias: new Set(), cancel: () => {} };
      reports.set(device, report);
      conclude(presence, report);
    },
    of(device) {
      const presence = book.ofDevice(device);
      const at = reports.get(device)?.goneAt;
      return presence === undefined || at === undefined ? undefined : { presence, at };
    },
  };
}
