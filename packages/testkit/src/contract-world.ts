import type { Network, Random, Via } from "@skein/core";
import { type Account, createAccount, issueCertificate, openAccount } from "@skein/identity";

/** One person with one device, as a contract meets it. */
export interface ContractMember {
  readonly account: Account;
  /** Its `self` is the account's device. Not started; the contract starts it, and stops it at the end of the test. */
  readonly network: Network;
  /** What a presence of this device names now, home first; empty before start and in modes without supernodes. */
  via(): readonly Via[];
}

/** A network to run a contract in: one per suite, with new members for every test. */
export interface ContractWorld {
  /** A new member; with `sameUserAs` a further device of that person. */
  join(sameUserAs?: ContractMember): Promise<ContractMember>;
  /**
   * Ends a member without goodbye, as when its process is killed; its network is not used again.
   * Leave it out where the world cannot; the rules that need it then show as skipped.
   */
  crash?(member: ContractMember): Promise<void>;
  /** Cuts every connection of a member to servers or supernodes once; it may reconnect by itself at once. */
  sever?(member: ContractMember): Promise<void>;
  /** How many pieces of 1 KiB one mailbox of this world takes, at most a few hundred; leave it out to skip the rule. */
  readonly mailboxPieces?: number;
  /** Ends everything the world started. */
  dispose(): Promise<void>;
}

/** Age of a contract account's certificate: presences may then be issued in the past, to see them expire. */
const CERTIFICATE_AGE_MS = 24 * 3_600_000;

/**
 * The account of a contract member: a new person, or with `sameUserAs` that person on a new device. Its certificate is a day
 * old, so that a contract can sign a presence which is about to expire. Keys from `random`: for tests only.
 */
export function createContractAccount(random: Random, sameUserAs?: Account): Account {
  const issuedAt = Date.now() - CERTIFICATE_AGE_MS;
  const fresh = createAccount({ name: "Contract", deviceName: "test" }, { random, now: issuedAt });
  if (sameUserAs === undefined) return fresh;
  const device = fresh.deviceKey.publicKey;
  const certificate = issueCertificate({ device, name: "test", issuedAt, listVersion: 2 }, sameUserAs.userKey);
  return openAccount({
    userSeed: sameUserAs.userKey.seed,
    deviceSeed: fresh.deviceKey.seed,
    certificate,
    name: sameUserAs.card.name,
  });
}
