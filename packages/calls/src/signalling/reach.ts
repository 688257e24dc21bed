import { type Clock, type DeviceId, isNetworkError, type Network } from "@skein/core";
import { type Account, type Introduced, introduce, readIntroduction } from "@skein/identity";
import { CALL_PROTOCOL } from "@skein/wire";
import type { Target } from "../machine/state.ts";
import type { EndReason } from "../reasons.ts";
import { createInbox, type Inbox } from "./inbox.ts";

/** An open channel whose other end has said who it is. */
export type Reach =
  | { readonly kind: "reached"; readonly inbox: Inbox; readonly who: Introduced }
  | { readonly kind: "failed"; readonly reason: EndReason };

/** What it takes to reach somebody. */
export interface ReachDependencies {
  readonly network: Network;
  readonly account: Account;
  readonly clock: Clock;
}

/** The device to call: the one given, or a person's newest that does not say it is offline. */
export async function deviceOf(
  target: Target,
  { network, clock }: ReachDependencies,
  signal: AbortSignal,
): Promise<DeviceId | EndReason> {
  if (target.kind === "device") return target.device;
  try {
    const known = await network.directory.find(target.user, signal);
    const now = clock.now();
    const [newest] = known
      .filter(({ expiresAt, availability }) => expiresAt > now && availability !== "offline")
      .sort((one, other) => other.issuedAt - one.issuedAt || other.sequence - one.sequence);
    return newest?.device ?? { kind: "offline" };
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * Opens a channel to a device and exchanges introductions. `user` is who must be at the other end, where that is known.
 * Never rejects.
 */
export async function reach(
  device: DeviceId,
  user: string | undefined,
  { network, account, clock }: ReachDependencies,
  signal: AbortSignal,
): Promise<Reach> {
  let inbox: Inbox;
  try {
    inbox = createInbox(await network.dial(device, CALL_PROTOCOL, signal));
  } catch (error) {
    return { kind: "failed", reason: reasonOf(error) };
  }
  const close = (): void => void inbox.channel.close("done");
  signal.addEventListener("abort", close, { once: true });
  try {
    await inbox.channel.send(introduce({ certificate: account.certificate, card: account.card.bytes }));
    const first = await inbox.next();
    // Somebody who has blocked us says nothing: to us that looks as if nobody were there.
    if (first === undefined) return { kind: "failed", reason: { kind: "no-answer" } };
    const who = readIntroduction(first, inbox.channel, clock.now());
    if (!who.ok) return fail(inbox, { kind: "security", detail: who.reason });
    if (user !== undefined && who.value.user !== user)
      return fail(inbox, { kind: "security", detail: "the device belongs to somebody else" });
    return { kind: "reached", inbox, who: who.value };
  } catch (error) {
    return fail(inbox, reasonOf(error));
  } finally {
    signal.removeEventListener("abort", close);
  }
}

function fail(inbox: Inbox, reason: EndReason): Reach {
  void inbox.channel.close("protocol-error");
  return { kind: "failed", reason };
}

/** What a network error means to somebody who calls. */
export function reasonOf(error: unknown): EndReason {
  if (isNetworkError(error, "stopped") || isNetworkError(error, "offline")) return { kind: "not-connected" };
  if (isNetworkError(error, "unsupported")) return { kind: "unsupported" };
  if (isNetworkError(error, "peer-mismatch"))
    return { kind: "security", detail: "the other end could not prove it is that device" };
  if (isNetworkError(error, "unreachable")) return { kind: "unreachable", detail: "their device does not answer" };
  if (isNetworkError(error, "refused")) return { kind: "unreachable", detail: "the network refused the connection" };
  return { kind: "unreachable", detail: "the connection broke" };
}
