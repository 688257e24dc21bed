import { type DeviceId, deviceIdFromKey, type Random, type UserId, userIdFromKey } from "@skein/core";
import { type Card, issueCard } from "./card.ts";
import { issueCertificate } from "./certificate.ts";
import { createKeyPair, type KeyPair, keyPairFromSeed } from "./keys.ts";

/** A person on this device: user key, device key, certificate, card. Secrets inside; never log it. */
export interface Account {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly userKey: KeyPair;
  readonly deviceKey: KeyPair;
  readonly certificate: Uint8Array;
  readonly card: Card;
}

/** What must be kept to have the same account tomorrow. */
export interface AccountSecrets {
  readonly userSeed: Uint8Array;
  readonly deviceSeed: Uint8Array;
  readonly certificate: Uint8Array;
  readonly name: string;
}

/** Makes a new person with one device. `name` 1 to 64 characters on one line; `now` in ms. */
export function createAccount(
  options: { readonly name: string; readonly deviceName: string },
  dependencies: { readonly random: Random; readonly now: number },
): Account {
  const userKey = createKeyPair(dependencies.random);
  const deviceKey = createKeyPair(dependencies.random);
  const certificate = issueCertificate(
    { device: deviceKey.publicKey, name: options.deviceName, issuedAt: dependencies.now, listVersion: 1 },
    userKey,
  );
  return assemble(userKey, deviceKey, certificate, options.name);
}

/** The account of kept secrets. */
export function openAccount(secrets: AccountSecrets): Account {
  return assemble(
    keyPairFromSeed(secrets.userSeed),
    keyPairFromSeed(secrets.deviceSeed),
    secrets.certificate,
    secrets.name,
  );
}

/** What of an account must be kept, sealed. */
export function accountSecrets(account: Account): AccountSecrets {
  return {
    userSeed: account.userKey.seed,
    deviceSeed: account.deviceKey.seed,
    certificate: account.certificate,
    name: account.card.name,
  };
}

function assemble(userKey: KeyPair, deviceKey: KeyPair, certificate: Uint8Array, name: string): Account {
  return {
    user: userIdFromKey(userKey.publicKey),
    device: deviceIdFromKey(deviceKey.publicKey),
    userKey,
    deviceKey,
    certificate,
    card: issueCard({ name, hints: [] }, userKey),
  };
}
