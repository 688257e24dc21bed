import { type Clock, type DeviceId, type Durable, keyFromId, type UserId } from "@skein/core";
import { atMost } from "../at-most.ts";
import type { Answer as IndexAnswer, Question } from "../index-client.ts";
import type { DurableBook } from "./durable-book.ts";
import type { IndexStore } from "./index-store.ts";
import { READ_GRACE_MS, READ_MAJORITY, READ_WAIT_MS, REPLICAS, WRITE_WAIT_MS } from "./limits.ts";
import type { Placement } from "./placement.ts";
import type { PresenceBook } from "./presence-book.ts";
import type { RecordGate } from "./record-gate.ts";
import type { Parcel, RecordOutbox } from "./record-outbox.ts";
import type { SupernodePool } from "./supernode-pool.ts";

/** What the store works with. */
export interface OneHopDependencies {
  readonly clock: Clock;
  readonly presences: PresenceBook;
  readonly durables: DurableBook;
  readonly gate: RecordGate;
  readonly placement: Placement;
  readonly pool: SupernodePool;
  readonly outbox: RecordOutbox;
}

/** What is looked for, and what one holder said. */
type Sought = "user" | "device" | "durable";
type Finding = "found" | "nothing";

/**
 * The one-hop index: every supernode knows all others, so a record's holders are computed, not looked up. A holder answers
 * by itself; anybody else asks the three at once and takes the majority's newest. docs/spec/p2p.md, PI1–PI5.
 */
export function createOneHopStore(dependencies: OneHopDependencies): IndexStore {
  const { clock, durables, gate, outbox, placement, pool, presences } = dependencies;
  const seeking = new Map<string, Promise<void>>();
  let requests = 0;

  const spread = async (parcel: Parcel, holders: readonly DeviceId[]): Promise<void> => {
    if (holders.length === 0) return;
    const sent = holders.map((holder) => outbox.send(holder, parcel));
    const first = Promise.any(sent.map((each) => each.then((stored) => stored || Promise.reject(new Error("no")))));
    await atMost(WRITE_WAIT_MS, first);
  };
  /** Takes in what a holder answered; says how many records it had. */
  const takeIn = (answer: IndexAnswer, from: DeviceId): number => {
    const bringer = { as: "supernode", peer: from } as const;
    if (answer.kind !== "records" && answer.kind !== "durables") return 0;
    const admit = answer.kind === "records" ? gate.presence : gate.durable;
    for (const bytes of answer.records) admit(bytes, bringer);
    return answer.records.length;
  };
  const ask = async (holder: DeviceId, of: Sought, key: Uint8Array): Promise<Finding> => {
    requests += 1;
    const { version } = await pool.open(holder);
    const answer = await pool.ask(holder, version === 2 ? { kind: "fetch", of, key } : inVersion1(of, key));
    return takeIn(answer, holder) > 0 ? "found" : "nothing";
  };
  /** Ends when a majority answered, or a moment after the first that found something, or when nobody is left to answer. */
  const read = async (of: Sought, id: UserId | DeviceId): Promise<void> => {
    const holders = placement.toAsk(id).slice(0, REPLICAS);
    if (holders.length === 0) return;
    const enough = Promise.withResolvers<void>();
    let answers = 0;
    let cancelGrace = (): void => {};
    const answered = (answer: Finding): void => {
      answers += 1;
      if (answers >= READ_MAJORITY) enough.resolve();
      else if (answer === "found") cancelGrace = clock.at(clock.now() + READ_GRACE_MS, enough.resolve);
    };
    const all = Promise.allSettled(holders.map((holder) => ask(holder, of, keyFromId(id)).then(answered)));
    await atMost(READ_WAIT_MS, Promise.race([enough.promise, all]));
    cancelGrace();
  };
  /** One read of a key at a time. */
  const seek = (of: Sought, id: UserId | DeviceId): Promise<void> => {
    const name = `${of} ${id}`;
    const running = seeking.get(name);
    if (running !== undefined) return running;
    const reading = read(of, id).finally(() => seeking.delete(name));
    seeking.set(name, reading);
    return reading;
  };

  return {
    get requests() {
      return requests;
    },
    spread: (presence) =>
      spread(
        { name: `presence ${presence.device}`, of: "presence", bytes: presence.bytes },
        placement.othersOf(presence.user, presence.device),
      ),
    spreadDurable: (record) =>
      spread({ name: nameOfDurable(record), of: "durable", bytes: record.bytes }, placement.othersOf(record.user)),
    async seekUser(user) {
      if (!placement.isHolder(user) || presences.ofUser(user).length === 0) await seek("user", user);
    },
    async seekDevice(device) {
      if (!placement.isHolder(device) || presences.ofDevice(device) === undefined) await seek("device", device);
    },
    async seekDurable(user) {
      if (!placement.isHolder(user) || durables.ofUser(user).length === 0) await seek("durable", user);
    },
  };
}

/** The name of a durable record: its kind, and whose it is. */
export function nameOfDurable(record: Durable): string {
  return record.kind === "device-list" ? `list ${record.user}` : `hint ${record.device}`;
}

/** A supernode of a build before 0.2 is asked what its leaves ask; it knows no durable records. */
function inVersion1(of: Sought, key: Uint8Array): Question {
  return of === "device" ? { kind: "find-device", device: key } : { kind: "find", user: key };
}
