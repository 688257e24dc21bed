import { createHmac } from "node:crypto";
import { type DeviceId, toBase64Url } from "@skein/core";
import { mintCredential, type TurnCredential } from "./credentials.ts";
import { type Relay, type RelayDependencies, type RelayOptions, startRelay } from "./relay.ts";

/** Relay credentials as a browser's `iceServers` takes them. */
export interface CallCredentials extends TurnCredential {
  readonly urls: string[];
}

/** A relay that hands out its own credentials. */
export interface CallRelay extends Pick<Relay, "port" | "stats" | "close"> {
  /** Credentials for one device until `expiresAt` (ms since 1970). */
  credentialsFor(device: DeviceId, expiresAt: number): CallCredentials;
}

/** Private, carrier-NAT, loopback, link-local and benchmarking networks (RFC 6890): for a relay of a LAN or one machine. */
export const PRIVATE_NETWORKS: readonly string[] = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "198.18.0.0/15",
];

/** Starts a relay with a secret of its own, which ends with it. Rejects as {@link startRelay} does. */
export async function startCallRelay(
  options: Omit<RelayOptions, "realm" | "secret">,
  dependencies: RelayDependencies,
): Promise<CallRelay> {
  const secret = toBase64Url(dependencies.random.bytes(32));
  const relay = await startRelay({ ...options, realm: "skein", secret }, dependencies);
  return {
    port: relay.port,
    stats: relay.stats,
    close: relay.close,
    credentialsFor: (device, expiresAt) => ({
      urls: [`turn:${options.relayedAddress}:${relay.port}?transport=udp`],
      ...mintCredential({ secret, id: pseudonym(device, secret), expiresAt }),
    }),
  };
}

/** The same for one device until the relay restarts, so that quotas count; tells one who sees the packets nothing of the device. */
function pseudonym(device: DeviceId, secret: string): string {
  return createHmac("sha256", secret).update(device).digest("base64url").slice(0, 22);
}
