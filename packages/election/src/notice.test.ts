import { createKeyPair, signRecord } from "@skein/identity";
import { createSeededRandom } from "@skein/testkit";
import { type VersionNoticePayload, versionNoticePayload } from "@skein/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { meetsFloor } from "./build.ts";
import {
  MAX_NOTICE_LIFETIME_MS,
  signNotice,
  switchAt,
  type VersionNotice,
  type VersionPolicy,
  verifyNotice,
  withNotice,
} from "./notice.ts";
import { standingOf, unprovenAllowed } from "./standing.ts";

const random = createSeededRandom(4);
const operator = createKeyPair(random);
const stranger = createKeyPair(random);
const NOW = 1_900_000_000_000;
const DAY = 86_400_000;

const content: Omit<VersionNoticePayload, "v"> = {
  sequence: 3,
  issuedAt: NOW,
  expiresAt: NOW + 30 * DAY,
  minimumVersion: "1.2.0",
  provenBuilds: ["skein-1.2.0"],
  revokedBuilds: ["skein-1.2.1+bad"],
  election: "frozen",
};

function noticeOf(change: Partial<VersionNoticePayload> = {}): VersionNotice {
  return { ...content, ...change, bytes: new Uint8Array() };
}

test("[EL22] a notice of our operator is read as it was signed", () => {
  const bytes = signNotice(content, operator);
  expect(verifyNotice(bytes, operator.publicKey, NOW)).toEqual({ ok: true, value: { ...content, bytes } });
});

test("[EL22] another signer, another purpose, an expired, future or too long one, and changed bytes are refused", () => {
  const read = (bytes: Uint8Array, now = NOW): boolean => verifyNotice(bytes, operator.publicKey, now).ok;
  expect(read(signNotice(content, stranger))).toBe(false);
  expect(read(signRecord("supernode-list", versionNoticePayload, { v: 1, ...content }, operator))).toBe(false);
  expect(read(signNotice(content, operator), content.expiresAt)).toBe(false);
  expect(read(signNotice(content, operator), NOW - DAY)).toBe(false);
  const endless = { ...content, expiresAt: NOW + MAX_NOTICE_LIFETIME_MS + 1 };
  expect(() => signNotice(endless, operator)).toThrow(RangeError);
  expect(read(signRecord("version-notice", versionNoticePayload, { v: 1, ...endless }, operator))).toBe(false);
  const good = signNotice(content, operator);
  fc.assert(
    fc.property(fc.nat(good.byteLength * 8 - 1), (bit) => {
      const bytes = Uint8Array.from(good);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(read(bytes)).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test("[EL23] only a higher sequence replaces what is known", () => {
  const known = withNotice({ kind: "waiting" }, noticeOf(), NOW);
  expect(known).toMatchObject({ kind: "notice", heardAt: NOW, notice: { sequence: 3 } });
  expect(withNotice(known, noticeOf({ sequence: 3, election: "open" }), NOW + 1)).toBe(known);
  expect(withNotice(known, noticeOf({ sequence: 2 }), NOW + 1)).toBe(known);
  expect(withNotice(known, noticeOf({ sequence: 4 }), NOW + 1)).toMatchObject({ heardAt: NOW + 1 });
});

test("[EL24] the kill switch lapses with its notice; floor and lists stand", () => {
  const policy = withNotice({ kind: "waiting" }, noticeOf(), NOW);
  expect(switchAt(policy, NOW)).toBe("frozen");
  expect(switchAt(policy, content.expiresAt)).toBe("open");
  expect(standingOf("skein-1.1.9", policy)).toBe("below-floor");
  expect(standingOf("skein-1.2.1+bad", policy)).toBe("revoked");
});

test("[EL29] without a key every build is proven and notices mean nothing; with a key and no notice none is", () => {
  const unmanaged: VersionPolicy = { kind: "unmanaged" };
  expect(withNotice(unmanaged, noticeOf(), NOW)).toBe(unmanaged);
  expect(standingOf("anything", unmanaged)).toBe("proven");
  expect(switchAt(unmanaged, NOW)).toBe("open");
  expect(standingOf("skein-9.0.0", { kind: "waiting" })).toBe("unproven");
});

test("[EL25] the floor compares versions as numbers, and what has no version is below it", () => {
  const above = ["skein-1.2.0", "skein-1.2.0+ab12cd3", "skein-1.10.0", "skein-2.0.0", "1.2.0"];
  for (const build of above) expect(meetsFloor(build, "1.2.0"), build).toBe(true);
  for (const build of ["skein-1.1.99", "skein-0.9.0", "skein", "", "skein-1.2", "1.2.0.1x"])
    expect(meetsFloor(build, "1.2.0"), build).toBe(false);
});

test("[EL27] named builds alone are proven, and the cap counts all others together", () => {
  const policy = withNotice({ kind: "waiting" }, noticeOf(), NOW);
  expect(standingOf("skein-1.2.0", policy)).toBe("proven");
  expect(standingOf("skein-1.2.0+other", policy)).toBe("unproven");
  expect([0, 4, 5, 9, 10].map((supernodes) => unprovenAllowed(supernodes, 20))).toEqual([0, 0, 1, 1, 2]);
});
