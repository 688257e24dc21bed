import type { RelayLimits } from "./defaults.ts";
import { ATTRIBUTE, DEFAULT_LIFETIME_MS } from "./specification.ts";
import { readUint32 } from "./stun-attributes.ts";
import { attributeValue, type StunMessage } from "./stun-message.ts";

/** What a LIFETIME attribute asks for. */
export type AskedLifetime =
  | { readonly kind: "keep"; readonly lifetimeMs: number }
  | { readonly kind: "delete" }
  | { readonly kind: "malformed" };

/** The life an Allocate or Refresh gets: what it asks, not under 600 s nor over the limit (RFC 8656 §7.2, §8.2). */
export function askedLifetime(message: StunMessage, limits: RelayLimits): AskedLifetime {
  const value = attributeValue(message, ATTRIBUTE.lifetime);
  if (value === undefined) return { kind: "keep", lifetimeMs: DEFAULT_LIFETIME_MS };
  const seconds = readUint32(value);
  if (seconds === undefined) return { kind: "malformed" };
  if (seconds === 0) return { kind: "delete" };
  return { kind: "keep", lifetimeMs: Math.max(DEFAULT_LIFETIME_MS, Math.min(seconds * 1000, limits.maxLifetimeMs)) };
}
