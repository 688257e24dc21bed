import type { Clock, Report, Unsubscribe } from "@skein/core";
import { type VersionNotice, type VersionPolicy, verifyNotice } from "@skein/election";

/** The newest version notice a node knows: kept on disk, handed on to whoever asks, checked before it counts. */
export interface NoticeBoard {
  /** The policy as it stands. */
  policy(): VersionPolicy;
  /** The newest notice, signed, to hand on. */
  newest(): Uint8Array | undefined;
  /** Takes a notice from a stranger or a file. Says why it does not count, or `undefined` when it does or is known. */
  post(bytes: Uint8Array): string | undefined;
  /** Hears of each notice that counts from now on. */
  watch(onNotice: (notice: VersionNotice) => void): Unsubscribe;
}

/** A notice and when it was heard first, ms. */
export interface KeptNotice {
  readonly notice: Uint8Array;
  readonly heardAt: number;
}

/** Where the newest notice is kept; apps provide it. */
export interface NoticeStore {
  load(): Promise<KeptNotice | undefined>;
  save(kept: KeptNotice): Promise<void>;
}

/**
 * Makes the board. Without `operatorKey` the network is unmanaged: nothing counts and nothing is handed on. What was kept is
 * read first, so that a restart does not forget the sequence (docs/spec/election.md#EL23).
 */
export async function createNoticeBoard(
  { operatorKey }: { readonly operatorKey: Uint8Array | undefined },
  { clock, report, store }: { readonly clock: Clock; readonly report: Report; readonly store: NoticeStore },
): Promise<NoticeBoard> {
  const watchers = new Set<(notice: VersionNotice) => void>();
  let known: { readonly notice: VersionNotice; readonly heardAt: number } | undefined;

  const take = (bytes: Uint8Array, heardAt: number): string | undefined => {
    if (operatorKey === undefined) return "no operator key is configured";
    const checked = verifyNotice(bytes, operatorKey, heardAt);
    if (!checked.ok) {
      report({ name: "record.refused", reason: checked.reason });
      return checked.reason;
    }
    if (known !== undefined && checked.value.sequence <= known.notice.sequence) return undefined;
    known = { notice: checked.value, heardAt };
    report({ name: "election.notice", sequence: checked.value.sequence, election: checked.value.election });
    for (const watcher of watchers) watcher(checked.value);
    return undefined;
  };
  const kept = operatorKey === undefined ? undefined : await store.load().catch(() => undefined);
  // As of then: floor and lists outlive their notice, and so does its sequence.
  if (kept !== undefined) take(kept.notice, kept.heardAt);
  return {
    policy() {
      if (operatorKey === undefined) return { kind: "unmanaged" };
      return known === undefined ? { kind: "waiting" } : { kind: "notice", ...known };
    },
    newest: () => known?.notice.bytes,
    post(bytes) {
      const before = known;
      const refusal = take(bytes, clock.now());
      if (known !== undefined && known !== before)
        store.save({ notice: bytes, heardAt: known.heardAt }).catch(() => {});
      return refusal;
    },
    watch(onNotice) {
      watchers.add(onNotice);
      return () => watchers.delete(onNotice);
    },
  };
}
