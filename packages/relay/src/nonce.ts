import { createHmac, timingSafeEqual } from "node:crypto";
import { NONCE_COOKIE } from "./specification.ts";
import { addressKey, type TransportAddress } from "./transport-address.ts";

/**
 * Makes and checks nonces without remembering any: a nonce is the time it was made and an HMAC over that time and the
 * client's address and port, so no two clients share one (RFC 8489 §9.2.4).
 */
export interface Nonces {
  issue(client: TransportAddress, now: number): string;
  /** False when it is too old, another client's, or not ours. */
  accepts(nonce: string, client: TransportAddress, now: number): boolean;
}

/** `key`: at least 16 fresh random bytes; nonces of another key go stale. `lifetimeMs`: see `RelayLimits`. */
export function createNonces(key: Uint8Array, lifetimeMs: number): Nonces {
  const seal = (madeAt: string, client: TransportAddress): string =>
    createHmac("sha256", key)
      .update(`${madeAt} ${addressKey(client)}`)
      .digest()
      .toString("base64url", 0, 12);
  return {
    issue(client, now) {
      const madeAt = now.toString(36);
      return `${NONCE_COOKIE}${madeAt}.${seal(madeAt, client)}`;
    },
    accepts(nonce, client, now) {
      const match = /^obMatJos2AAAA([0-9a-z]{1,10})\.([A-Za-z0-9_-]{16})$/.exec(nonce);
      const [, madeAt, sealed] = match ?? [];
      if (madeAt === undefined || sealed === undefined) return false;
      const ageMs = now - Number.parseInt(madeAt, 36);
      if (ageMs > lifetimeMs) return false;
      return timingSafeEqual(Buffer.from(sealed), Buffer.from(seal(madeAt, client)));
    },
  };
}
