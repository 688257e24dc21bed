import type { Channel, Clock, Network, Report, UserId } from "@skein/core";
import { CHAT_PROTOCOL } from "@skein/wire";
import { createDeadline, orAborted } from "./deadline.ts";
import { DIAL_TIMEOUT_MS } from "./defaults.ts";
import { greet, type OwnIntroduction } from "./greeting.ts";
import { type IntroducedChannel, reportBadMessage } from "./line.ts";
import type { PeerDevices } from "./peer-devices.ts";

/** How a dial ended. `absent`: the directory knows no device of theirs that is anywhere. */
export type Dialled =
  | { readonly kind: "introduced"; readonly introduced: IntroducedChannel }
  | { readonly kind: "absent" }
  | { readonly kind: "failed" };

/** Finds a person's newest device, dials it and makes both sides known. Never rejects; the network reports its own failures. */
export async function dialPeer(
  user: UserId,
  dependencies: {
    readonly network: Network;
    readonly devices: PeerDevices;
    readonly clock: Clock;
    readonly report: Report;
    readonly account: () => OwnIntroduction;
    readonly signal: AbortSignal;
  },
): Promise<Dialled> {
  const { network, devices, clock, report, account, signal } = dependencies;
  const deadline = createDeadline(clock, DIAL_TIMEOUT_MS, signal);
  try {
    const device = await orAborted(devices.newest(deadline.signal), deadline.signal);
    if (device === undefined) return { kind: "absent" };
    const dialling = network.dial(device, CHAT_PROTOCOL, deadline.signal);
    closeIfLate(dialling, deadline.signal);
    const channel = await orAborted(dialling, deadline.signal);
    const greeting = await greet(channel, { kind: "dialler", expects: user }, { account, clock, signal });
    if (greeting.kind === "introduced") {
      return { kind: "introduced", introduced: { channel, peer: greeting.peer, incoming: greeting.incoming } };
    }
    if (greeting.kind === "refused") reportBadMessage(report, channel.peer, greeting.reason);
    void channel.close(greeting.kind === "refused" ? "protocol-error" : "done");
    return { kind: "failed" };
  } catch {
    return { kind: "failed" };
  } finally {
    deadline.end();
  }
}

/** A dial that succeeds after we gave it up must not leave a channel behind. */
function closeIfLate(dialling: Promise<Channel>, signal: AbortSignal): void {
  dialling.then(
    (channel) => (signal.aborted ? channel.close("stopped") : undefined),
    () => {},
  );
}
