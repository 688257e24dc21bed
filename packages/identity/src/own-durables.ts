import type { Durable, Via } from "@skein/core";
import { MAX_LISTED_DEVICES } from "@skein/wire";
import type { Account } from "./account.ts";
import { signDeviceList, signMailboxHint } from "./durable.ts";

/** A durable record is signed anew when it is older than this, ms: one who is away has at least 59 days left. */
export const DURABLE_RENEWAL_MS: number = 24 * 3_600_000;

/**
 * What a device has to publish, given what is known of its user: the list with this device in it, and its mailbox hint, each
 * where it is missing, a day old or no longer true. A device that the list revokes publishes nothing: it is the user's no
 * longer. `mailboxes`: where its mail is kept now; `now` in ms.
 */
export function ownDurables(
  account: Account,
  facts: { readonly known: readonly Durable[]; readonly mailboxes: readonly Via[]; readonly now: number },
): readonly Durable[] {
  const { known, mailboxes, now } = facts;
  const list = known.find((each) => each.kind === "device-list");
  if (list?.revoked.includes(account.device)) return [];
  const hint = known.find((each) => each.kind === "mailbox-hint" && each.device === account.device);
  const isRecent = (record: Durable): boolean => record.issuedAt > now - DURABLE_RENEWAL_MS;
  const records: Durable[] = [];
  if (list === undefined || !isRecent(list) || !list.devices.includes(account.device)) {
    const others = (list?.devices ?? []).filter((each) => each !== account.device);
    const devices = [account.device, ...others].slice(0, MAX_LISTED_DEVICES);
    const sequence = Math.max((list?.sequence ?? 0) + 1, now);
    records.push(signDeviceList({ sequence, issuedAt: now, devices, revoked: list?.revoked ?? [] }, account.userKey));
  }
  if (hint?.kind !== "mailbox-hint" || !isRecent(hint) || !shares(hint.mailboxes, mailboxes)) {
    const sequence = Math.max((hint?.sequence ?? 0) + 1, now);
    const { certificate } = account;
    records.push(signMailboxHint({ certificate, sequence, issuedAt: now, mailboxes }, account.deviceKey));
  }
  return records;
}

/** Whether one of the supernodes is still among them; two empty lists are alike. */
function shares(before: readonly Via[], now: readonly Via[]): boolean {
  if (now.length === 0) return true;
  return before.some((one) => now.some((other) => other.supernode === one.supernode));
}
