import type { Clock, Directory, Via } from "@skein/core";
import type { Account } from "./account.ts";
import { DURABLE_RENEWAL_MS, ownDurables } from "./own-durables.ts";

/** Keeps the durable records of this device true: its user's device list, its mailbox hint. */
export interface OwnDurables {
  /** The network is online, in P2P mode with these supernodes: looks what is known, publishes what is missing, and again every day. */
  open(vias: () => readonly Via[], signal: AbortSignal): void;
  close(): void;
}

/** Makes it, closed. What fails is tried again the next day, or at the next start. */
export function createOwnDurables(
  account: Account,
  {
    clock,
    directory,
  }: { readonly clock: Clock; readonly directory: Pick<Directory, "findDurable" | "publishDurable"> },
): OwnDurables {
  let cancelNext = (): void => {};

  const publish = async (mailboxes: readonly Via[], signal: AbortSignal): Promise<void> => {
    const known = await directory.findDurable(account.user, signal);
    for (const record of ownDurables(account, { known, mailboxes, now: clock.now() }))
      await directory.publishDurable(record, signal);
  };
  const open: OwnDurables["open"] = (vias, signal) => {
    cancelNext();
    if (signal.aborted) return;
    cancelNext = clock.at(clock.now() + DURABLE_RENEWAL_MS, () => open(vias, signal));
    publish(vias(), signal).catch(() => {});
  };
  return { open, close: () => cancelNext() };
}
