import { readFileSync } from "node:fs";
import { ED25519_TORSION_SUBGROUP, x25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes as hex } from "@noble/hashes/utils.js";
import { systemRandom } from "@skein/core";
import { describe, expect, test } from "vitest";
import * as native from "./ed25519.node.ts";
import * as portable from "./ed25519.ts";
import { createKeyPair, keyPairFromSeed, sign, verify } from "./keys.ts";

interface Vectors<Group> {
  readonly numberOfTests: number;
  readonly testGroups: readonly Group[];
}
interface SignatureGroup {
  readonly publicKey: { readonly pk: string };
  readonly tests: readonly { tcId: number; comment: string; msg: string; sig: string; result: string }[];
}
interface ExchangeGroup {
  readonly tests: readonly {
    tcId: number;
    comment: string;
    public: string;
    private: string;
    shared: string;
    result: string;
  }[];
}

function vectors<Group>(file: string): Vectors<Group> {
  return JSON.parse(readFileSync(new URL(`../test/vectors/${file}`, import.meta.url), "utf8")) as Vectors<Group>;
}

describe("keys", () => {
  test.each([
    ["OpenSSL's", native],
    ["JavaScript's", portable],
  ])("[ID1] %s Ed25519 agrees with every Wycheproof vector", (_, ed25519) => {
    const { testGroups, numberOfTests } = vectors<SignatureGroup>("ed25519_test.json");
    let seen = 0;
    for (const group of testGroups) {
      for (const each of group.tests) {
        const holds = ed25519.verify(hex(each.sig), hex(each.msg), hex(group.publicKey.pk));
        expect(holds, `vector ${each.tcId}: ${each.comment}`).toBe(each.result === "valid");
        seen += 1;
      }
    }
    expect(seen).toBe(numberOfTests);
  });

  test("[ID1] the two give the same keys and signatures, and neither takes a key of small order", () => {
    for (let round = 0; round < 20; round += 1) {
      const [seed, message] = [systemRandom.bytes(32), systemRandom.bytes(round * 17)];
      const signature = native.sign(message, seed);
      expect(portable.sign(message, seed)).toEqual(signature);
      expect(portable.publicKeyOf(seed)).toEqual(native.publicKeyOf(seed));
      expect(native.verify(signature, message, native.publicKeyOf(seed))).toBe(true);
    }
    // With the neutral element as key and as R, and S = 0, the equation holds for every message; so it does for its other names.
    const neutral = Uint8Array.of(1, ...new Uint8Array(31));
    const signed = Uint8Array.of(1, ...new Uint8Array(30), 0x80);
    const beyond = Uint8Array.of(0xee, ...new Uint8Array(30).fill(0xff), 0x7f);
    const forged = Uint8Array.of(...neutral, ...new Uint8Array(32));
    for (const ed25519 of [native, portable]) {
      for (const key of [neutral, signed, beyond, ...ED25519_TORSION_SUBGROUP.map((point) => hex(point))])
        expect(ed25519.verify(forged, Uint8Array.of(1, 2, 3), key)).toBe(false);
      expect(() => ed25519.sign(Uint8Array.of(1), new Uint8Array(31))).toThrow();
      expect(ed25519.verify(new Uint8Array(63), Uint8Array.of(1), new Uint8Array(31))).toBe(false);
    }
  });

  test("[ID2] X25519, as Noise uses it, agrees with every Wycheproof vector and refuses an all-zero secret", () => {
    const { testGroups, numberOfTests } = vectors<ExchangeGroup>("x25519_test.json");
    let seen = 0;
    for (const each of testGroups.flatMap((group) => group.tests)) {
      const allZero = /^0+$/.test(each.shared);
      const exchange = (): string => bytesToHex(x25519.getSharedSecret(hex(each.private), hex(each.public)));
      if (allZero) expect(exchange, `vector ${each.tcId}`).toThrow();
      else expect(exchange(), `vector ${each.tcId}: ${each.comment}`).toBe(each.shared);
      seen += 1;
    }
    expect(seen).toBe(numberOfTests);
  });

  test("[ID3] a signature holds for its purpose, payload and key only", () => {
    const signer = createKeyPair(systemRandom);
    const payload = Uint8Array.of(1, 2, 3);
    const signature = sign("presence", payload, signer);
    expect(verify("presence", payload, signature, signer.publicKey)).toBe(true);
    expect(verify("contact-card", payload, signature, signer.publicKey)).toBe(false);
    expect(verify("presence", Uint8Array.of(1, 2, 4), signature, signer.publicKey)).toBe(false);
    expect(verify("presence", payload, signature, createKeyPair(systemRandom).publicKey)).toBe(false);
    expect(verify("presence", payload, signature.subarray(1), signer.publicKey)).toBe(false);
  });

  test("[ID3] a seed gives the same key again", () => {
    const pair = createKeyPair(systemRandom);
    expect(keyPairFromSeed(pair.seed).publicKey).toEqual(pair.publicKey);
  });
});
