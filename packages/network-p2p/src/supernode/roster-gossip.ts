import { type Clock, type DeviceId, deviceIdFromKey, keyFromId, type Random } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import { MAX_GOSSIPED_ADS, MAX_ROSTER_ADS } from "@skein/wire";
import { byLot } from "./by-lot.ts";
import { GOSSIP_FANOUT, GOSSIP_NEWER_AFTER_MS, MAX_ROSTER, ROSTER_SYNC_MS } from "./limits.ts";
import type { Roster } from "./roster.ts";
import type { SupernodePool } from "./supernode-pool.ts";

/** How the roster of supernodes spreads: news are passed on, and now and then the whole is compared with a neighbour's. */
export interface RosterGossip {
  /** Ads came from a supernode: learns them, passes on what is news. */
  heard(ads: readonly Uint8Array[], from: DeviceId): void;
  /** A supernode told its own checked ad. */
  heardOwn(ad: SupernodeAd): void;
  /** Reads a neighbour's roster when that is due. */
  sync(): Promise<void>;
  /** A page of ours, for one who reads it. */
  page(after: Uint8Array | undefined): { readonly ads: Uint8Array[]; readonly next: Uint8Array | undefined };
}

/** Bytes of ads in one page or request: it has to fit a frame. */
const MAX_PAGE_BYTES = 14_000;

/** Share of the roster that was unknown, above which the next neighbour is asked at once. */
const MUCH_UNKNOWN = 0.02;

/** Makes it. */
export function createRosterGossip(dependencies: {
  readonly clock: Clock;
  readonly random: Random;
  readonly roster: Roster;
  readonly pool: () => SupernodePool;
}): RosterGossip {
  const { clock, pool, random, roster } = dependencies;
  /** When the ad of each was last passed on; as long as the roster. */
  const passedAt = new Map<DeviceId, number>();
  let syncAt = 0;

  const isNews = (ad: SupernodeAd): boolean => {
    const before = roster.adOf(ad.supernode);
    const learned = roster.add(ad);
    if (learned === "new" || learned === "back") return true;
    if (learned !== "newer") return false;
    const phaseChanged = before?.serving?.phase !== ad.serving?.phase;
    return phaseChanged || ad.issuedAt - (passedAt.get(ad.supernode) ?? 0) > GOSSIP_NEWER_AFTER_MS;
  };
  const pass = (news: readonly SupernodeAd[], from: DeviceId): void => {
    if (news.length === 0) return;
    if (passedAt.size > MAX_ROSTER) passedAt.clear();
    for (const ad of news) passedAt.set(ad.supernode, ad.issuedAt);
    const able = pool().connected.filter(({ index, supernode }) => supernode !== from && index.version === 2);
    const chosen = byLot(able, random).slice(0, GOSSIP_FANOUT);
    for (let at = 0; at < news.length; at += MAX_GOSSIPED_ADS) {
      const ads = news.slice(at, at + MAX_GOSSIPED_ADS).map((ad) => ad.bytes);
      for (const { supernode } of chosen)
        pool()
          .ask(supernode, { kind: "gossip", ads })
          .catch(() => {});
    }
  };
  const checked = (ads: readonly Uint8Array[]): SupernodeAd[] => ads.flatMap((bytes) => roster.read(bytes) ?? []);
  const heard: RosterGossip["heard"] = (ads, from) => pass(checked(ads).filter(isNews), from);
  /** Says how many supernodes it told us of that we did not know. */
  const readAll = async (supernode: DeviceId): Promise<number> => {
    let after: Uint8Array | undefined;
    let unknown = 0;
    for (let seen = 0; seen < MAX_ROSTER; ) {
      const answer = await pool().ask(supernode, after === undefined ? { kind: "roster" } : { kind: "roster", after });
      if (answer.kind !== "roster" || answer.ads.length === 0) break;
      unknown += checked(answer.ads).filter((ad) => roster.add(ad) === "new").length;
      seen += answer.ads.length;
      if (answer.next === undefined) break;
      after = answer.next;
    }
    return unknown;
  };

  return {
    heard,
    heardOwn: (ad) => {
      if (isNews(ad)) pass([ad], ad.supernode);
    },
    async sync() {
      const able = pool().connected.filter(({ index }) => index.version === 2);
      const chosen = able[Math.floor(random.fraction() * able.length)];
      if (chosen === undefined || clock.now() < syncAt) return;
      syncAt = clock.now() + ROSTER_SYNC_MS;
      const unknown = await readAll(chosen.supernode);
      // While much was unknown, more may be: the next round asks another.
      if (unknown > roster.size * MUCH_UNKNOWN) syncAt = 0;
    },
    page(after) {
      const some = roster.page(after === undefined ? undefined : deviceIdFromKey(after), MAX_ROSTER_ADS);
      const ads: SupernodeAd[] = [];
      let sizeBytes = 0;
      for (const ad of some) {
        sizeBytes += ad.bytes.byteLength + 8;
        if (sizeBytes > MAX_PAGE_BYTES) break;
        ads.push(ad);
      }
      const last = ads.at(-1);
      const isWhole = ads.length === some.length && some.length < MAX_ROSTER_ADS;
      return {
        ads: ads.map((ad) => ad.bytes),
        next: isWhole || last === undefined ? undefined : keyFromId(last.supernode),
      };
    },
  };
}
