import type { Clock, DeviceId } from "@skein/core";
import type { PortKind, Verdict } from "@skein/election";
import { mayDial, transportOf } from "../addresses.ts";
import type { OwnAddress } from "../libp2p-parts.ts";
import type { ReachabilityProbe } from "./reachability-probe.ts";

/** AutoNAT v2 does not say who dialled: all it finds is one voice, beside which another is needed. */
const VOICE = "autonat-v2";

/** What it reads. */
export interface AutonatProbeDependencies {
  readonly addresses: () => readonly OwnAddress[];
  readonly clock: Clock;
  /** When our own dial-back last confirmed an address to libp2p, ms: what libp2p learnt then is no second voice. */
  readonly confirmedAt: () => number | undefined;
}

/** libp2p notes the time by its own clock, a moment after us, ms. */
const ECHO_MS = 1_000;

/**
 * Reads what AutoNAT v2 found of our addresses (libp2p's address manager; @libp2p/autonat-v2 2.0.15 has no events). An
 * address found reached is a verdict each time it is found anew; silence is none, since it never says that it failed.
 */
export function createAutonatProbe(
  { everyMs }: { readonly everyMs: number },
  { addresses, clock, confirmedAt }: AutonatProbeDependencies,
): ReachabilityProbe {
  const told = new Map<PortKind, number>();
  let tell: (verdict: Verdict) => void = () => {};
  let cancelNext = (): void => {};

  const isEcho = (at: number): boolean => Math.abs(at - (confirmedAt() ?? Number.NEGATIVE_INFINITY)) < ECHO_MS;
  const look = (): void => {
    cancelNext();
    for (const { at, port } of addresses().flatMap(reached)) {
      if ((told.get(port) ?? 0) >= at || isEcho(at)) continue;
      told.set(port, at);
      tell({ port, helper: VOICE as DeviceId, network: VOICE, outcome: "reached", at });
    }
    cancelNext = clock.at(clock.now() + everyMs, look);
  };
  return {
    start(onVerdict) {
      tell = onVerdict;
      look();
    },
    check: look,
    stop: () => cancelNext(),
  };
}

/**
 * The port of an address that was tested and reached, and when. Addresses that are not of the Internet are left out: libp2p
 * calls them verified without asking anybody (libp2p 3.3.11, address-manager).
 */
function reached(own: OwnAddress): readonly { readonly port: PortKind; readonly at: number }[] {
  const { lastVerified: at, multiaddr, type, verified } = own;
  const transport = transportOf(multiaddr);
  if (!mayDial(multiaddr, "public")) return [];
  if (type === "announce" || !verified || at === undefined || transport === undefined) return [];
  return [{ port: transport === "webrtc-direct" ? "udp" : "ws", at }];
}
