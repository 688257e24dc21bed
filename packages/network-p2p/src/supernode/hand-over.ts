import {
  type Clock,
  type DeviceId,
  type Durable,
  deviceIdFromKey,
  keyFromId,
  type Presence,
  type UserId,
} from "@skein/core";
import { MAX_OFFERED_RECORDS, type OfferedKind } from "@skein/wire";
import type { DurableBook } from "./durable-book.ts";
import { HAND_OVER_AFTER_MS, REPUBLISH_DURABLES_MS } from "./limits.ts";
import { nameOfDurable } from "./one-hop-store.ts";
import type { Placement } from "./placement.ts";
import type { PresenceBook } from "./presence-book.ts";
import type { Parcel, RecordOutbox } from "./record-outbox.ts";
import type { Member } from "./rendezvous.ts";
import type { SupernodePool } from "./supernode-pool.ts";

/** Gives records to the supernodes that became their holders. */
export interface HandOver {
  /** The supernodes changed. */
  rosterChanged(): void;
  /** Hands over now; resolves when all was offered. */
  run(): Promise<void>;
  stop(): void;
}

/** One record, as it is offered. */
interface Item {
  readonly of: OfferedKind;
  readonly key: Uint8Array;
  readonly sequence: number;
  /** The supernode its leaf put it at, where the record says so. */
  readonly home: DeviceId | undefined;
  /** Whose holders keep it. */
  readonly under: readonly (UserId | DeviceId)[];
  readonly parcel: Parcel;
}

/**
 * Starts watching. Of each record the first of its holders of before that is still there gives it to the new ones, so that
 * one supernode sends each, and all share the work. Its home does so too: a holder may have been away for home alone, which
 * then gave it nothing, and the others know of no gap. Only what the other lacks is sent: it is offered by sequence first.
 */
export function createHandOver(dependencies: {
  readonly self: DeviceId;
  readonly clock: Clock;
  readonly presences: PresenceBook;
  readonly durables: DurableBook;
  readonly placement: Placement;
  readonly pool: SupernodePool;
  readonly outbox: RecordOutbox;
}): HandOver {
  const { clock, durables, outbox, placement, pool, presences, self } = dependencies;
  let before: readonly Member[] = placement.members;
  /** Those that went away since, back or not. */
  const away = new Set<DeviceId>();
  let cancelSoon: (() => void) | undefined;
  let cancelRepublish = (): void => {};
  let stopped = false;

  const items = function* (): Iterable<Item> {
    for (const presence of presences.all()) yield itemOfPresence(presence);
    for (const record of durables.all()) yield itemOfDurable(record);
  };
  /** The new holders of a record, when it is ours to give it to them. */
  const heirs = (item: Item, earlier: readonly Member[], fresh: ReadonlySet<DeviceId>): readonly DeviceId[] =>
    item.under.flatMap((id) => {
      const now = placement.holders(id, placement.members);
      const then = placement.holders(id, earlier);
      const giver = then.find(
        (each) => !fresh.has(each) && placement.members.some(({ supernode }) => supernode === each),
      );
      if (giver !== self && item.home !== self) return [];
      return now.filter((each) => each !== self && (fresh.has(each) || !then.includes(each)));
    });
  const send = (to: DeviceId, some: readonly Item[]): void => {
    // The outbox never rejects.
    for (const { parcel } of some) void outbox.send(to, parcel);
  };
  const offerPage = async (to: DeviceId, of: OfferedKind, page: readonly Item[]): Promise<void> => {
    const list = page.map(({ key, sequence }) => ({ key, sequence }));
    const answer = await pool.ask(to, { kind: "offer", of, items: list });
    const wanted = new Set(answer.kind === "wanted" ? answer.keys.map(deviceIdFromKey) : []);
    send(
      to,
      page.filter(({ key }) => wanted.has(deviceIdFromKey(key))),
    );
  };
  const offer = async (to: DeviceId, all: readonly Item[]): Promise<void> => {
    const ofKind = (kind: OfferedKind): readonly Item[] => all.filter(({ of }) => of === kind);
    const { version } = await pool.open(to);
    // A build before 0.2 cannot say what it lacks, and knows presences only.
    if (version === 1) return send(to, ofKind("presence"));
    for (const kind of ["presence", "device-list", "mailbox-hint"] as const) {
      const some = ofKind(kind);
      for (let at = 0; at < some.length; at += MAX_OFFERED_RECORDS)
        await offerPage(to, kind, some.slice(at, at + MAX_OFFERED_RECORDS));
    }
  };
  const offerAll = async (choose: (item: Item) => readonly DeviceId[]): Promise<void> => {
    const byHeir = new Map<DeviceId, Item[]>();
    for (const item of items())
      for (const heir of new Set(choose(item))) byHeir.set(heir, [...(byHeir.get(heir) ?? []), item]);
    await Promise.all([...byHeir].map(([to, all]) => offer(to, all).catch(() => {})));
  };
  const run = async (): Promise<void> => {
    cancelSoon?.();
    cancelSoon = undefined;
    const earlier = before;
    before = placement.members;
    if (stopped) return;
    const known = new Set(earlier.map(({ supernode }) => supernode));
    const fresh = new Set(
      before.flatMap(({ supernode }) => (known.has(supernode) && !away.has(supernode) ? [] : [supernode])),
    );
    away.clear();
    await offerAll((item) => heirs(item, earlier, fresh));
  };
  const republish = (): void => {
    if (stopped) return;
    cancelRepublish = clock.at(clock.now() + REPUBLISH_DURABLES_MS, republish);
    offerAll((item) =>
      item.of !== "presence" && item.under.some((id) => placement.holders(id, placement.members)[0] === self)
        ? placement.othersOf(...item.under)
        : [],
    ).catch(() => {});
  };
  cancelRepublish = clock.at(clock.now() + REPUBLISH_DURABLES_MS, republish);

  return {
    rosterChanged() {
      const present = new Set(placement.members.map(({ supernode }) => supernode));
      for (const { supernode } of before) if (!present.has(supernode)) away.add(supernode);
      if (stopped || cancelSoon !== undefined) return;
      cancelSoon = clock.at(clock.now() + HAND_OVER_AFTER_MS, () => {
        run().catch(() => {});
      });
    },
    run,
    stop() {
      stopped = true;
      cancelSoon?.();
      cancelRepublish();
    },
  };
}

function itemOfPresence({ bytes, device, sequence, user, via }: Presence): Item {
  const parcel: Parcel = { name: `presence ${device}`, of: "presence", bytes };
  const home = via[0]?.supernode;
  return { of: "presence", key: keyFromId(device), sequence, home, under: [user, device], parcel };
}

function itemOfDurable(record: Durable): Item {
  const { bytes, kind, sequence, user } = record;
  const key = keyFromId(kind === "device-list" ? user : record.device);
  return {
    of: kind,
    key,
    sequence,
    home: undefined,
    under: [user],
    parcel: { name: nameOfDurable(record), of: "durable", bytes },
  };
}
