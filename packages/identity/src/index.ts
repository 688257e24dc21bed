/**
 * Who is who, without asking any server: user and device keys, signed records, contact cards, safety numbers.
 *
 * Main path: `account.ts` (a person on a device) → `certificate.ts` (user signs device) → `record.ts` (how every record
 * is signed and opened) → `card.ts` (the link people exchange) → `introduction.ts` (who is at the other end of a channel).
 * Left out: where keys are kept (the client and the apps), and end-to-end encryption of messages at rest.
 *
 * @module
 */
export { type Account, type AccountSecrets, accountSecrets, createAccount, openAccount } from "./account.ts";
export { type Card, cardLink, issueCard, parseCardLink, verifyCard } from "./card.ts";
export { type Certificate, issueCertificate, MAX_CERTIFICATE_LIFETIME_MS, verifyCertificate } from "./certificate.ts";
export { MAX_DURABLE_LIFETIME_MS, signDeviceList, signMailboxHint, verifyDurable } from "./durable.ts";
export { type Introduced, introduce, readIntroduction } from "./introduction.ts";
export { createOwnDurables, type OwnDurables } from "./keep-durables.ts";
export { createKeyPair, type KeyPair, keyPairFromSeed, sign, verify } from "./keys.ts";
export { MAX_PRESENCE_LIFETIME_MS, type PresenceStatement, signPresence, verifyPresence } from "./presence.ts";
export { lifetimeFault, MAX_CLOCK_SKEW_MS, openRecord, signRecord, type Verified } from "./record.ts";
export { type Safety, safetyFingerprint, safetyOf } from "./safety.ts";
export {
  MAX_AD_LIFETIME_MS,
  recallAd,
  type SupernodeAd,
  type SupernodeList,
  signAd,
  signList,
  verifyAd,
  verifyList,
} from "./supernode-ad.ts";
