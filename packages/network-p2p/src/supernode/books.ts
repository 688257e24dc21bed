import type { Clock, Report } from "@skein/core";
import { createHostCache, type HostCache } from "../host-cache.ts";
import { createDepartures, type Departures } from "./departures.ts";
import { createDeviceBook, type DeviceBook } from "./device-book.ts";
import { createPresenceBook, type PresenceBook } from "./presence-book.ts";
import { type Datastore, sweepRecords } from "./record-sweep.ts";
import { createRecordValidator, type RecordValidator } from "./record-validator.ts";
import { createWatchers, type Watchers } from "./watchers.ts";

/** Everything a supernode keeps in memory of people and of other supernodes, and who wants to hear of changes. */
export interface Books {
  readonly presences: PresenceBook;
  readonly devices: DeviceBook;
  readonly watchers: Watchers;
  readonly departures: Departures;
  readonly supernodes: HostCache;
  /** Judges what comes from the DHT; what is good enters the books. */
  readonly validate: RecordValidator;
  /** Sweeps from disk what no book knows, now and every ten minutes. Returns the end of it. */
  sweep(datastore: Datastore): () => void;
}

/** How often dead DHT records are swept out, ms. */
const SWEEP_EVERY_MS: number = 10 * 60_000;

/** Makes empty books. */
export function createBooks({ clock, report }: { readonly clock: Clock; readonly report: Report }): Books {
  const now = (): number => clock.now();
  const presences = createPresenceBook(now);
  const devices = createDeviceBook(now);
  const watchers = createWatchers();
  presences.subscribe(watchers.presence);
  const onRefused = (reason: string): void => report({ name: "record.refused", reason });
  return {
    presences,
    devices,
    watchers,
    departures: createDepartures(presences, { clock, onGone: watchers.gone }),
    supernodes: createHostCache(now),
    validate: createRecordValidator({ presences, devices }, { now, onRefused }),
    sweep(datastore) {
      let cancel = (): void => {};
      const sweep = (): void => {
        cancel = clock.at(now() + SWEEP_EVERY_MS, sweep);
        sweepRecords(datastore, { devices: presences.devices(), users: devices.users() }).catch(() => {});
      };
      sweep();
      return () => cancel();
    },
  };
}
