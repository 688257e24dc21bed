import { type Clock, type DeviceId, isNetworkError, pause } from "@skein/core";
import { MAX_STORED_RECORDS } from "@skein/wire";
import { MAX_UNSENT_RECORDS } from "./limits.ts";
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
  /** Resolves once that supernode has it, with whether it has. Never rejects. */
  send(to: DeviceId, parcel: Parcel): Promise<boolean>;
  readonly unsent: number;
}

interface Waiting extends Parcel {
  readonly done: (outcome: boolean) => void;
}

/** Pause after a supernode found us too fast, ms. */
const TOO_FAST_PAUSE_MS = 1_000;

/** Makes an empty outbox; it ends with `signal`. */
export function createRecordOutbox(
  { pool, clock }: { readonly pool: SupernodePool; readonly clock: Clock },
  signal: AbortSignal,
): RecordOutbox {
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
  /** Sends what one request holds; says whether to go on. */
  const sendBatch = async (to: DeviceId, queue: Map<string, Waiting>): Promise<"go on" | "give up"> => {
    const batch = [...queue.values()].slice(0, MAX_STORED_RECORDS);
    for (const { name } of batch) queue.delete(name);
    const outcome = await deliver(to, batch).then(
      () => "stored" as const,
      (error: unknown) => (isNetworkError(error, "refused") ? "refused" : "failed"),
    );
    if (outcome === "refused" && queue.size > 0) await pause(clock, TOO_FAST_PAUSE_MS, signal).catch(() => {});
    for (const { done } of batch) done(outcome === "stored");
    return outcome === "failed" ? "give up" : "go on";
  };
  const drain = async (to: DeviceId, queue: Map<string, Waiting>): Promise<void> => {
    while (queue.size > 0 && !signal.aborted) if ((await sendBatch(to, queue)) === "give up") break;
    // Whoever does not answer gets what it missed when it is back (hand-over).
    for (const { done } of queue.values()) done(false);
    queues.delete(to);
  };

  return {
    send(to, parcel) {
      return new Promise((done) => {
        if (signal.aborted) return done(false);
        const present = queues.get(to);
        const queue = present ?? new Map<string, Waiting>();
        queue.get(parcel.name)?.done(false);
        queue.delete(parcel.name);
        queue.set(parcel.name, { ...parcel, done });
        const [oldest] = queue.values();
        if (queue.size > MAX_UNSENT_RECORDS && oldest !== undefined) {
          queue.delete(oldest.name);
          oldest.done(false);
        }
        if (present !== undefined) return;
        queues.set(to, queue);
        drain(to, queue).catch(() => queues.delete(to));
      });
    },
    get unsent() {
      return [...queues.values()].reduce((sum, queue) => sum + queue.size, 0);
    },
  };
}
