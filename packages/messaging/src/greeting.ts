import type { Channel, Clock, UserId } from "@skein/core";
import { type Account, type Introduced, introduce, readIntroduction } from "@skein/identity";
import { createDeadline, orAborted } from "./deadline.ts";
import { INTRODUCTION_TIMEOUT_MS } from "./defaults.ts";

/** What an introduction needs of the account. */
export type OwnIntroduction = Pick<Account, "user" | "certificate" | "card">;

/** Our part in a greeting: we dialled someone, or someone dialled us and `admits` says whether we answer. */
export type GreetingRole =
  | { readonly kind: "dialler"; readonly expects: UserId }
  | { readonly kind: "listener"; readonly admits: (peer: Introduced) => boolean };

/** How a greeting ended. */
export type Greeting =
  | { readonly kind: "introduced"; readonly peer: Introduced; readonly incoming: AsyncIterator<Uint8Array> }
  /** They broke the protocol or are not who they should be. */
  | { readonly kind: "refused"; readonly reason: string }
  /** We do not want to talk to them; they learn nothing of us. */
  | { readonly kind: "unwanted" }
  /** The channel ended first. */
  | { readonly kind: "lost" };

/**
 * Makes both sides of a fresh channel known to each other. The dialler speaks first; the listener answers only whom it
 * admits. Never rejects and leaves the channel open: closing is the caller's. Source: docs/spec/messaging.md#MS16 to MS19.
 */
export async function greet(
  channel: Channel,
  role: GreetingRole,
  dependencies: { readonly account: () => OwnIntroduction; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Greeting> {
  const { account, clock, signal } = dependencies;
  const incoming = channel.incoming[Symbol.asyncIterator]();
  const deadline = createDeadline(clock, INTRODUCTION_TIMEOUT_MS, signal);
  const introduceOurselves = (): Promise<void> => {
    const { certificate, card } = account();
    return orAborted(channel.send(introduce({ certificate, card: card.bytes })), deadline.signal);
  };
  try {
    if (role.kind === "dialler") await introduceOurselves();
    const first = await orAborted(incoming.next(), deadline.signal);
    if (first.done === true) return { kind: "lost" };
    const read = readIntroduction(first.value, channel, clock.now());
    if (!read.ok) return { kind: "refused", reason: read.reason };
    const peer = read.value;
    if (role.kind === "dialler") {
      if (peer.user !== role.expects) return { kind: "refused", reason: "introduction: another user than was dialled" };
    } else {
      if (!role.admits(peer)) return { kind: "unwanted" };
      await introduceOurselves();
    }
    return { kind: "introduced", peer, incoming };
  } catch {
    const timedOut = deadline.signal.aborted && !signal.aborted;
    return timedOut ? { kind: "refused", reason: "introduction: none in time" } : { kind: "lost" };
  } finally {
    deadline.end();
  }
}
