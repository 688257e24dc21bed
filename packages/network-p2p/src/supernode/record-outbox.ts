import { type Clock, type DeviceId, pause } from "@skein/core";
import { MAX_STORED_RECORDS } from "@skein/wire";
import { MAX_SEND_TRIES, MAX_UNSENT_RECORDS, SEND_AGAIN_FIRST_MS } from "./limits.ts";
import type { SupernodePool } from "./supernode-pool.ts";

/** A record on its way to other holders. */
export interface Parcel {
  /** What it replaces: a newer record of the same name takes the place of one that still waits. */
  readonly name: string;
  readonly of: "presence" | "durable";
  readonly bytes: Uint8Array;
}

/** Sends records to other supernodes, several a request, one request at a time to each. */
export interface RecordOutbox {
  /** Resolves once that supernode has it, or a first try failed, with whether it has. Never rejects. */
  send(to: DeviceId, parcel: Parcel): Promise<boolean>;
  readonly unsent: number;
}

/** What it needs. */
export interface OutboxDependencies {
  readonly pool: Pick<SupernodePool, "open" | "ask">;
  readonly clock: Clock;
  /** Whether records are placed on this supernode still. One that went away gets what it missed by hand-over when it is back. */
  readonly isHolder: (supernode: DeviceId) => boolean;
}

interface Waiting extends Parcel {
  readonly done: (outcome: boolean) => void;
}

/** Makes an empty outbox; it ends with `signal`. What a holder did not take is sent again, after a pause that doubles. */
export function createRecordOutbox({ clock, isHolder, pool }: OutboxDependencies, signal: AbortSignal): RecordOutbox {
  const queues = new Map<DeviceId, Map<string, Waiting>>();

  const deliver = async (to: DeviceId, parcels: readonly Parcel[]): Promise<void> => {
    const { version } = await pool.open(to);
    const bytesOf = (kind: Parcel["of"]): Uint8Array[] =>
      parcels.filter(({ of }) => of === kind).map(({ bytes }) => bytes);
    const presences = bytesOf("presence");
    if (version === 2) await pool.ask(to, { kind: "store", presences, durables: bytesOf("durable") });
    // A build before 0.2 keeps presences only, one at a time.
    else for (const presence of presences) await pool.ask(to, { kind: "keep", presence });
  };
  /** Sends what one request holds; what was not taken waits again, unless something newer does. */
  const sendBatch = async (to: DeviceId, queue: Map<string, Waiting>): Promise<"stored" | "failed"> => {
    const batch = [...queue.values()].slice(0, MAX_STORED_RECORDS);
    for (const { name } of batch) queue.delete(name);
    const outcome = await deliver(to, batch).then(
      () => "stored" as const,
      () => "failed" as const,
    );
    for (const { done } of batch) done(outcome === "stored");
    if (outcome === "failed")
      for (const each of batch)
        if (!queue.has(each.name) && queue.size < MAX_UNSENT_RECORDS) queue.set(each.name, each);
    return outcome;
  };
  const drain = async (to: DeviceId, queue: Map<string, Waiting>): Promise<void> => {
    let failures = 0;
    while (queue.size > 0 && !signal.aborted) {
      if ((await sendBatch(to, queue)) === "stored") {
        failures = 0;
        continue;
      }
      failures += 1;
      if (failures === MAX_SEND_TRIES || !isHolder(to)) break;
      await pause(clock, SEND_AGAIN_FIRST_MS * 2 ** (failures - 1), signal).catch(() => {});
      if (!isHolder(to)) break;
    }
    for (const { done } of queue.values()) done(false);
  };
  const keep = (queue: Map<string, Waiting>, parcel: Waiting): void => {
    queue.get(parcel.name)?.done(false);
    queue.delete(parcel.name);
    queue.set(parcel.name, parcel);
    const [oldest] = queue.values();
    if (queue.size <= MAX_UNSENT_RECORDS || oldest === undefined) return;
    queue.delete(oldest.name);
    oldest.done(false);
  };

  return {
    send(to, parcel) {
      return new Promise((done) => {
        if (signal.aborted) return done(false);
        const present = queues.get(to);
        const queue = present ?? new Map<string, Waiting>();
        keep(queue, { ...parcel, done });
        if (present !== undefined) return;
        queues.set(to, queue);
        drain(to, queue)
          .catch(() => {})
          .finally(() => queues.delete(to));
      });
    },
    get unsent() {
      return [...queues.values()].reduce((sum, queue) => sum + queue.size, 0);
    },
  };
}
