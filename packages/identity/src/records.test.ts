import { keyFromId, systemRandom } from "@skein/core";
import { signedEnvelope } from "@skein/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Account, createAccount } from "./account.ts";
import { issueCertificate, MAX_CERTIFICATE_LIFETIME_MS, verifyCertificate } from "./certificate.ts";
import { createKeyPair } from "./keys.ts";
import { MAX_PRESENCE_LIFETIME_MS, signPresence, verifyPresence } from "./presence.ts";
import { MAX_AD_LIFETIME_MS, signAd, signList, verifyAd, verifyList } from "./supernode-ad.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

function person(name = "Ada"): Account {
  return createAccount({ name, deviceName: "test" }, { random: systemRandom, now: NOW });
}

function presenceOf(account: Account, sequence = 1): ReturnType<typeof signPresence> {
  return signPresence(
    { certificate: account.certificate, sequence, issuedAt: NOW, availability: "online", via: [] },
    account.deviceKey,
  );
}

const reasonOf = (parsed: { ok: boolean; reason?: string }): string => (parsed.ok ? "accepted" : (parsed.reason ?? ""));

test("[ID4] a certificate names user and device, and ends", () => {
  const ada = person();
  const certificate = verifyCertificate(ada.certificate, NOW);
  expect(certificate).toMatchObject({ ok: true, value: { user: ada.user, device: ada.device, name: "test" } });
  expect(reasonOf(verifyCertificate(ada.certificate, NOW + MAX_CERTIFICATE_LIFETIME_MS))).toMatch(/expired/);
  expect(reasonOf(verifyCertificate(ada.certificate, NOW - HOUR))).toMatch(/future/);
});

test("[ID5] a presence is accepted only from the device its certificate names", () => {
  const ada = person();
  const mallory = person("Mallory");
  expect(verifyPresence(presenceOf(ada).bytes, NOW)).toMatchObject({
    ok: true,
    value: { user: ada.user, sequence: 1 },
  });
  expect(() =>
    signPresence(
      { certificate: ada.certificate, sequence: 2, issuedAt: NOW, availability: "online", via: [] },
      mallory.deviceKey,
    ),
  ).toThrow(/another device/);
});

test("[ID5] a presence ends within the hour and does not come from the future", () => {
  const { bytes } = presenceOf(person());
  expect(reasonOf(verifyPresence(bytes, NOW + MAX_PRESENCE_LIFETIME_MS))).toMatch(/expired/);
  expect(reasonOf(verifyPresence(bytes, NOW - HOUR))).toMatch(/future/);
});

test("[ID6] a presence with three long vias still fits its limit, losing addresses before vias", () => {
  const ada = person();
  const address = `/ip4/203.0.113.200/udp/65535/webrtc-direct/certhash/${"u".repeat(150)}`;
  const via = [1, 2, 3].map(() => ({ supernode: person().device, addresses: [address, address] }));
  const presence = signPresence(
    { certificate: ada.certificate, sequence: 1, issuedAt: NOW, availability: "away", via },
    ada.deviceKey,
  );
  expect(presence.bytes.byteLength).toBeLessThanOrEqual(1024);
  expect(presence.via.map((each) => each.supernode)).toEqual(via.map((each) => each.supernode));
});

test("[ID7] no changed byte of a signed record is accepted", () => {
  const bytes = presenceOf(person()).bytes;
  fc.assert(
    fc.property(fc.nat(bytes.byteLength - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] as number) ^ flip;
      return !verifyPresence(changed, NOW).ok;
    }),
    { numRuns: 150 },
  );
});

test("[ID7] another key's signature over the same payload is another author", () => {
  const ada = person();
  const mallory = createKeyPair(systemRandom);
  const stolen = signedEnvelope.decode(ada.certificate);
  if (!stolen.ok) throw new Error(stolen.reason);
  const forged = signedEnvelope.encode({ ...stolen.value, key: mallory.publicKey });
  expect(reasonOf(verifyCertificate(forged, NOW))).toMatch(/signature/);
  const own = issueCertificate({ device: keyFromId(ada.device), name: "mine", issuedAt: NOW, listVersion: 1 }, mallory);
  expect(verifyCertificate(own, NOW)).not.toMatchObject({ value: { user: ada.user } });
});

test("[ID8] supernode ads and lists are signed, bounded and end; a bad ad does not spoil a list", () => {
  const host = createKeyPair(systemRandom);
  const supernode = createKeyPair(systemRandom);
  const statement = { addresses: ["/ip4/127.0.0.1/tcp/9101/ws"], build: "b", issuedAt: NOW, loadPct: 3, freeSlots: 9 };
  const ad = signAd(statement, supernode);
  expect(verifyAd(ad, NOW)).toMatchObject({ ok: true, value: { build: "b", freeSlots: 9 } });
  expect(reasonOf(verifyAd(ad, NOW + MAX_AD_LIFETIME_MS))).toMatch(/expired/);
  const damaged = Uint8Array.from(ad);
  damaged[40] = (damaged[40] as number) ^ 1;
  const list = signList({ ads: [ad, damaged], central: "ws://localhost:8090", issuedAt: NOW }, host);
  const read = verifyList(list, NOW);
  if (!read.ok) throw new Error(read.reason);
  expect(read.value.ads).toHaveLength(1);
  expect(read.value.central).toBe("ws://localhost:8090");
  expect(reasonOf(verifyList(list.slice(0, -1), NOW))).toMatch(/not CBOR/);
});
