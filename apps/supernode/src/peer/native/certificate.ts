import { generateKeyPairSync, sign } from "node:crypto";
import type { Random } from "@skein/core";
import type { DtlsCertificate } from "./native-messages.ts";

/** How long a certificate holds, in ms: far longer than any call; DTLS checks only its fingerprint. */
const LIFETIME_MS = 30 * 24 * 3_600_000;

/** Clocks may differ by this, in ms. */
const SKEW_MS = 24 * 3_600_000;

/**
 * Makes a self-signed certificate with a P-256 key, as browsers make for a connection (RFC 8827 §6.5). A call keeps the
 * same one when its connection is replaced, so that the signed fingerprint goes on to hold.
 */
export function createDtlsCertificate({
  random,
  now,
}: {
  readonly random: Random;
  readonly now: number;
}): DtlsCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const serial = Uint8Array.from(random.bytes(9));
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  const body = sequence(
    tagged(0xa0, integer(Uint8Array.of(2))),
    integer(serial),
    ECDSA_SHA256,
    NAME,
    sequence(time(now - SKEW_MS), time(now + LIFETIME_MS)),
    NAME,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const certificate = sequence(body, ECDSA_SHA256, tagged(0x03, Uint8Array.of(0, ...sign("sha256", body, privateKey))));
  return {
    certificatePem: pem("CERTIFICATE", certificate),
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

/** DER (X.690 §8): tag, length, content. */
function tagged(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.byteLength, 0);
  const lengthBytes = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...lengthBytes), ...contents]);
}

function sequence(...contents: readonly Uint8Array[]): Uint8Array {
  return tagged(0x30, ...contents);
}

function integer(bytes: Uint8Array): Uint8Array {
  return tagged(0x02, bytes);
}

/** UTCTime: two digits of the year, as RFC 5280 §4.1.2.5 wants it until 2049. */
function time(ms: number): Uint8Array {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, "").replace(/\.\d+/, "");
  return tagged(0x17, new TextEncoder().encode(text.slice(2)));
}

/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2. */
const ECDSA_SHA256 = sequence(tagged(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));

/** CN=skein (2.5.4.3). */
const NAME = sequence(
  tagged(
    0x31,
    sequence(tagged(0x06, Uint8Array.of(0x55, 0x04, 0x03)), tagged(0x0c, new TextEncoder().encode("skein"))),
  ),
);

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
