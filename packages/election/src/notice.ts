import { type KeyPair, lifetimeFault, openRecord, signRecord } from "@skein/identity";
import { MAX_VERSION_NOTICE_BYTES, type Parsed, type VersionNoticePayload, versionNoticePayload } from "@skein/wire";

/** Longest life of a notice: 90 days. It bounds how long its kill switch acts without being signed anew. */
export const MAX_NOTICE_LIFETIME_MS: number = 90 * 24 * 3_600_000;

/** What the operator of a network says about builds, checked. */
export interface VersionNotice extends Omit<VersionNoticePayload, "v"> {
  /** The signed record, to hand on. */
  readonly bytes: Uint8Array;
}

/** Signs a notice. Throws `RangeError` when it breaks its format or lives longer than {@link MAX_NOTICE_LIFETIME_MS}. */
export function signNotice(content: Omit<VersionNoticePayload, "v">, operator: KeyPair): Uint8Array {
  if (content.expiresAt - content.issuedAt > MAX_NOTICE_LIFETIME_MS) throw new RangeError("a notice lives 90 days");
  return signRecord("version-notice", versionNoticePayload, { v: 1, ...content }, operator);
}

/**
 * Reads a notice at `now` (ms) and checks it against the operator's key from configuration. An expired one is refused:
 * it is only kept by who knew it before.
 */
export function verifyNotice(bytes: Uint8Array, operatorKey: Uint8Array, now: number): Parsed<VersionNotice> {
  const record = openRecord("version-notice", versionNoticePayload, bytes, MAX_VERSION_NOTICE_BYTES);
  if (!record.ok) return record;
  const { key, payload } = record.value;
  if (!sameBytes(key, operatorKey)) return { ok: false, reason: "version-notice: not signed by our operator" };
  const fault = lifetimeFault(payload, now, MAX_NOTICE_LIFETIME_MS);
  if (fault !== undefined) return { ok: false, reason: `version-notice: ${fault}` };
  const { v: _, ...fields } = payload;
  return { ok: true, value: { ...fields, bytes } };
}

/**
 * Who says which builds may serve. `unmanaged`: no operator key is configured, every build counts as proven.
 * `waiting`: a key is configured and no notice came yet, so no build is proven.
 */
export type VersionPolicy =
  | { readonly kind: "unmanaged" }
  | { readonly kind: "waiting" }
  | { readonly kind: "notice"; readonly notice: VersionNotice; readonly heardAt: number };

/** Takes a verified notice into account; one that is not newer than the known changes nothing. */
export function withNotice(policy: VersionPolicy, notice: VersionNotice, now: number): VersionPolicy {
  if (policy.kind === "unmanaged") return policy;
  if (policy.kind === "notice" && notice.sequence <= policy.notice.sequence) return policy;
  return { kind: "notice", notice, heardAt: now };
}

/** The kill switch as it acts at `now`; it lapses with its notice. */
export function switchAt(policy: VersionPolicy, now: number): VersionNotice["election"] {
  if (policy.kind !== "notice" || policy.notice.expiresAt <= now) return "open";
  return policy.notice.election;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, index) => byte === other[index]);
}
