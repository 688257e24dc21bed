import { systemRandom } from "@skein/core";
import { type Account, createAccount, signRecord } from "@skein/identity";
import { loginPayload } from "@skein/wire";
import { expect, test } from "vitest";
import { checkLogin } from "./login.ts";

const now = Date.UTC(2026, 0, 1);
const origin = "wss://central.example";
const nonce = systemRandom.bytes(32);
const challenge = { nonce, origins: new Set([origin]), now };
const alice = account("Alice");
const mallory = account("Mallory");

function account(name: string): Account {
  return createAccount({ name, deviceName: "test" }, { random: systemRandom, now });
}

function proofBy(signer: Account, content: { nonce?: Uint8Array; server?: string } = {}): Uint8Array {
  const payload = { v: 1, nonce: content.nonce ?? nonce, server: content.server ?? origin } as const;
  return signRecord("central-login", loginPayload, payload, signer.deviceKey);
}

test("[CE2] a device that signs the challenge and shows its certificate is logged in", () => {
  const outcome = checkLogin({ certificate: alice.certificate, proof: proofBy(alice) }, challenge);
  expect(outcome).toEqual({ ok: true, value: { user: alice.user, device: alice.device } });
});

test("[CE2] a proof by another key than the certificate's is refused", () => {
  const outcome = checkLogin({ certificate: alice.certificate, proof: proofBy(mallory) }, challenge);
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining("another device") });
});

test("[CE2] an expired certificate is refused", () => {
  const later = { ...challenge, now: now + 401 * 24 * 3_600_000 };
  const outcome = checkLogin({ certificate: alice.certificate, proof: proofBy(alice) }, later);
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining("expired") });
});

test("[CE2] a signature for another purpose is refused", () => {
  const payload = { v: 1, nonce, server: origin } as const;
  const proof = signRecord("presence", loginPayload, payload, alice.deviceKey);
  const outcome = checkLogin({ certificate: alice.certificate, proof }, challenge);
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining("signature") });
});

test("[CE3] a proof made for another server is refused", () => {
  const proof = proofBy(alice, { server: "wss://mallory.example" });
  const outcome = checkLogin({ certificate: alice.certificate, proof }, challenge);
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining("another address") });
});

test("[CE4] a proof of another connection is refused", () => {
  const proof = proofBy(alice, { nonce: systemRandom.bytes(32) });
  const outcome = checkLogin({ certificate: alice.certificate, proof }, challenge);
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining("another challenge") });
});
