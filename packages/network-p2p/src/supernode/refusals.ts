import type { ArrivalRefusal } from "./address-caps.ts";

/**
 * Why a supernode turned something away. `address-…`: one address had too many of it; `half-open`: a handshake took too long;
 * `rate-…`: a peer used a protocol too often; `oversize`: a frame said to be longer than allowed; `bad-frame`: it broke
 * RFC 6455; `slow-reader`: what was
 * sent to it was not read; `dht-kind`: a kind of DHT request that we do not serve; `dht-pending`: too many writes at once.
 */
export type RefusalReason =
  | ArrivalRefusal
  | "address-reservations"
  | "half-open"
  | "rate-index"
  | "rate-protocol"
  | "rate-dht"
  | "oversize"
  | "bad-frame"
  | "slow-reader"
  | "dht-kind"
  | "dht-pending";

/** How often since the start, reasons that never occurred left out. */
export type RefusalCounts = Readonly<Partial<Record<RefusalReason, number>>>;

/** Counts what was turned away. */
export interface Refusals {
  readonly counts: RefusalCounts;
  count(reason: RefusalReason): void;
}

/** Makes a count of nothing. */
export function createRefusals(): Refusals {
  const counts: Partial<Record<RefusalReason, number>> = {};
  return {
    get counts() {
      return { ...counts };
    },
    count(reason) {
      counts[reason] = (counts[reason] ?? 0) + 1;
    },
  };
}
