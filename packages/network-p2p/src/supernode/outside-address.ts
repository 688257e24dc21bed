import { isIPv4 } from "node:net";
import type { DeviceId } from "@skein/core";

/**
 * How a node knows the address others reach it at. `configured`: as its operator says. `observed`: the host part is what
 * supernodes see; right for an open host and behind a forwarded port of the same number, and proven by dial-back.
 */
export type Announced = "configured" | "observed";

/** The addresses of a node as others should see them. */
export interface OutsideAddress {
  addresses(): readonly string[];
  /** The IPv4 address to name beside them, e.g. for TURN. */
  host(configured: string): string;
  /** A supernode says at which address it sees us. */
  observed(address: string, by: DeviceId): void;
}

/** Supernodes whose word is remembered. */
const MAX_OBSERVERS = 8;

/** Makes it over all addresses of ours, reached or not; of several observers the address that most name counts, so that one liar moves nothing among three. */
export function createOutsideAddress(announced: Announced, ownAddresses: () => readonly string[]): OutsideAddress {
  const seen = new Map<DeviceId, string>();
  const common = (): string | undefined => {
    const votes = new Map<string, number>();
    for (const host of seen.values()) votes.set(host, (votes.get(host) ?? 0) + 1);
    return [...votes].toSorted(([, one], [, other]) => other - one)[0]?.[0];
  };
  return {
    addresses() {
      const host = announced === "observed" ? common() : undefined;
      if (host === undefined) return ownAddresses();
      // One address for each interface of the machine becomes the same one.
      return [...new Set(ownAddresses().map((text) => text.replace(/^\/ip4\/[^/]+/, `/ip4/${host}`)))];
    },
    host: (configured) => (announced === "observed" ? (common() ?? configured) : configured),
    observed(address, by) {
      if (!isIPv4(address)) return;
      seen.delete(by);
      seen.set(by, address);
      const [oldest] = seen.keys();
      if (seen.size > MAX_OBSERVERS && oldest !== undefined) seen.delete(oldest);
    },
  };
}
