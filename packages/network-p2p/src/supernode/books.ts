import type { Clock, DeviceId, Report } from "@skein/core";
import { createDepartures, type Departures } from "./departures.ts";
import { createDeviceBook, type DeviceBook } from "./device-book.ts";
import { createDurableBook, type DurableBook } from "./durable-book.ts";
import { keepDurablesOnDisk } from "./durable-disk.ts";
import { createPresenceBook, type PresenceBook } from "./presence-book.ts";
import { createRecordGate, type RecordGate } from "./record-gate.ts";
import { createRecordQuotas } from "./record-quotas.ts";
import { createRecordRefusals, type RecordRefusals, reasonOfSentence } from "./record-refusals.ts";
import { type Datastore, sweepRecords } from "./record-sweep.ts";
import { createRecordValidator, type RecordValidator } from "./record-validator.ts";
import { createRoster, type Roster } from "./roster.ts";
import { createWatchers, type Watchers } from "./watchers.ts";

/** Everything a supernode keeps in memory of people and of other supernodes, and who wants to hear of changes. */
export interface Books {
  readonly presences: PresenceBook;
  readonly devices: DeviceBook;
  readonly watchers: Watchers;
  readonly departures: Departures;
  /** Device lists and mailbox hints: there for the time their owners are away. */
  readonly durables: DurableBook;
  /** Other supernodes. */
  readonly roster: Roster;
  /** The way in for records from the wire, and the count of those that were refused. */
  readonly gate: RecordGate;
  readonly refusals: RecordRefusals;
  /** Judges what comes from the DHT; what is good enters the books. */
  readonly validate: RecordValidator;
  /**
   * Keeps durable records on disk, and sweeps from it what no book knows, now and every ten minutes. Returns the
   * end of it, which resolves when all is written.
   */
  keepOn(datastore: Datastore): () => Promise<void>;
}

/** How often dead DHT records are swept out, ms. */
const SWEEP_EVERY_MS: number = 10 * 60_000;

/** Makes empty books. */
export function createBooks({
  clock,
  report,
  self,
}: {
  readonly clock: Clock;
  readonly report: Report;
  readonly self: DeviceId;
}): Books {
  const now = (): number => clock.now();
  const presences = createPresenceBook(now);
  const devices = createDeviceBook(now);
  const watchers = createWatchers();
  presences.subscribe(watchers.presence);
  const durables = createDurableBook(now);
  const refusals = createRecordRefusals(report);
  const onRefused = (sentence: string): void => refusals.refuse(reasonOfSentence(sentence), sentence);
  return {
    presences,
    devices,
    watchers,
    departures: createDepartures(presences, { clock, onGone: watchers.gone }),
    durables,
    roster: createRoster({ self }, now),
    gate: createRecordGate({ presences, durables, quotas: createRecordQuotas(now), refusals, now }),
    refusals,
    validate: createRecordValidator({ presences, devices, durables }, { now, onRefused }),
    keepOn(datastore) {
      const ending = new AbortController();
      const disk = keepDurablesOnDisk(datastore, { durables, now, signal: ending.signal }).catch((error: unknown) => {
        report({ name: "store.failed", store: "durable records", reason: String(error) });
        return undefined;
      });
      let cancel = (): void => {};
      const sweep = (): void => {
        cancel = clock.at(now() + SWEEP_EVERY_MS, sweep);
        const alive = [...presences.all()].map(({ device }) => device);
        const users = devices.users();
        sweepRecords(datastore, { devices: alive, users, durables: durables.all() }).catch(() => {});
      };
      sweep();
      return async () => {
        ending.abort();
        cancel();
        await (await disk)?.written();
      };
    },
  };
}
