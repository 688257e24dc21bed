import type { AccountSecrets } from "@skein/identity";
import { defineFormat, type Format } from "@skein/wire";
import * as v from "valibot";

/** Secrets sealed with a key that cannot leave the browser. */
export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly ciphertext: ArrayBuffer;
}

const seed = v.pipe(
  v.instance(Uint8Array<ArrayBufferLike>),
  v.check((bytes) => bytes.byteLength === 32, "32 bytes"),
);

/** What lies inside the seal. */
const accountSecrets: Format<AccountSecrets> = defineFormat(
  "account-secrets",
  2_048,
  v.object({
    userSeed: seed,
    deviceSeed: seed,
    certificate: v.instance(Uint8Array<ArrayBufferLike>),
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  }),
);

/** Makes the wrapping key: AES-256-GCM, not extractable. It may be stored in IndexedDB but never read out. */
export function createWrappingKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** Seals the secrets of an account (AES-GCM, fresh 96-bit iv). */
export async function sealSecrets(secrets: AccountSecrets, wrappingKey: CryptoKey): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = Uint8Array.from(accountSecrets.encode(secrets));
  return { iv, ciphertext: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, wrappingKey, plain) };
}

/** Opens sealed secrets. Rejects when the key is another one or the bytes were changed. */
export async function openSecrets(sealed: Sealed, wrappingKey: CryptoKey): Promise<AccountSecrets> {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, wrappingKey, sealed.ciphertext);
  const parsed = accountSecrets.decode(new Uint8Array(plain));
  if (!parsed.ok) throw new Error(`the kept account cannot be read: ${parsed.reason}`);
  return parsed.value;
}
