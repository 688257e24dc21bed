import { type Durable, deviceIdFromKey, type Presence, userIdFromKey } from "@skein/core";
import { verifyDurable, verifyPresence } from "@skein/identity";
import { MAX_DURABLE_BYTES, MAX_PRESENCE_BYTES, type Parsed, signedEnvelope } from "@skein/wire";
import { equals } from "uint8arrays/equals";
import type { DurableBook } from "./durable-book.ts";
import type { Acceptance, PresenceBook } from "./presence-book.ts";
import type { Bringer, RecordQuotas } from "./record-quotas.ts";
import { type RecordRefusals, type RefusalReason, reasonOfSentence } from "./record-refusals.ts";

/** What came of a record that was brought, and the record where it is in the book now. */
export interface Admission<T> {
  readonly outcome: Acceptance | "invalid" | "quota";
  readonly record?: T;
}

/** The one way a record from the wire gets into the books; what is refused is counted. */
export interface RecordGate {
  presence(bytes: Uint8Array, from: Bringer): Admission<Presence>;
  durable(bytes: Uint8Array, from: Bringer): Admission<Durable>;
}

/** Makes the gate: size first, then whether it is known already (no signature is checked twice), quota, signatures, age. */
export function createRecordGate(dependencies: {
  readonly presences: PresenceBook;
  readonly durables: DurableBook;
  readonly quotas: RecordQuotas;
  readonly refusals: RecordRefusals;
  readonly now: () => number;
}): RecordGate {
  const { durables, now, presences, quotas, refusals } = dependencies;

  const refuse = (reason: RefusalReason, sentence: string): Admission<never> => {
    refusals.refuse(reason, sentence);
    return { outcome: reason === "quota" ? "quota" : "invalid" };
  };
  /** What is true and unknown goes into the book, unless it changes too often. */
  const takeIn = <T extends Kept>(record: T, owner: string, before: Kept | undefined, how: Kind<T>): Admission<T> => {
    const isNews = before === undefined || before.sequence < record.sequence;
    if (isNews && !quotas.mayChange(owner)) return refuse("quota", `${how.what}: it changes too often`);
    const outcome = how.accept(record);
    if (outcome === "new" || outcome === "known") return { outcome, record };
    refusals.refuse(outcome === "full" ? "full" : "old", `${how.what}: ${outcome}`);
    return { outcome };
  };
  const admit = <T extends Kept>(bytes: Uint8Array, from: Bringer, how: Kind<T>): Admission<T> => {
    if (bytes.byteLength > how.maxBytes)
      return refuse("oversize", `${how.what}: ${bytes.byteLength} bytes, the limit is ${how.maxBytes}`);
    const envelope = signedEnvelope.decode(bytes);
    if (!envelope.ok) return refuse("malformed", envelope.reason);
    const { key } = envelope.value;
    const known = how.knownUnder(key).find((each) => equals(each.bytes, bytes));
    if (known !== undefined) return { outcome: "known", record: known };
    const owner = `${how.what} ${deviceIdFromKey(key)}`;
    if (!quotas.mayBring(owner, from)) return refuse("quota", `${how.what}: too many by way of one peer`);
    const record = how.verify(bytes, now());
    if (!record.ok) return refuse(reasonOfSentence(record.reason), record.reason);
    return takeIn(record.value, owner, how.knownUnder(key, record.value)[0], how);
  };

  const presenceKind: Kind<Presence> = {
    what: "presence",
    maxBytes: MAX_PRESENCE_BYTES,
    knownUnder: (key) => [presences.ofDevice(deviceIdFromKey(key))].filter((each) => each !== undefined),
    verify: verifyPresence,
    accept: presences.accept,
  };
  const durableKind: Kind<Durable> = {
    what: "durable",
    maxBytes: MAX_DURABLE_BYTES,
    knownUnder: (key, record) =>
      durables
        .ofUser(record?.user ?? userIdFromKey(key))
        .filter(
          (each) => (each.kind === "mailbox-hint" ? each.device : each.user) === (deviceIdFromKey(key) as string),
        ),
    verify: verifyDurable,
    accept: durables.accept,
  };
  return {
    presence: (bytes, from) => admit(bytes, from, presenceKind),
    durable: (bytes, from) => admit(bytes, from, durableKind),
  };
}

interface Kept {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** How one kind of record is kept. */
interface Kind<T> {
  readonly what: string;
  readonly maxBytes: number;
  /** What the book has under the key that signed; a hint's user is known only once it was read. */
  readonly knownUnder: (key: Uint8Array, record?: T) => readonly T[];
  readonly verify: (bytes: Uint8Array, now: number) => Parsed<T>;
  readonly accept: (record: T) => Acceptance;
}
