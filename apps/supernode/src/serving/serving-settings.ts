import { networkInterfaces } from "node:os";
import type { Settings, Values } from "../configuration.ts";

/** Where a node that serves listens, and what it says of that. */
export const placeSettings = {
  announce: { kind: "ipv4", help: "address others reach it at (auto: as they see it; else its own)" },
  "announce-name": { kind: "text", help: "host name for wss, as in its certificate" },
  "ws-port": { kind: "port", help: "TCP port for WebSockets; wss with --tls-cert", fallback: "4001" },
  "webrtc-port": { kind: "port", help: "UDP port for WebRTC", fallback: "4001" },
  "turn-port": { kind: "port", help: "UDP port for STUN and TURN", fallback: "3478" },
  bootstrap: { kind: "web-addresses", help: "HTTP addresses of other supernodes" },
  "allow-private": { kind: "switch", help: "serve private and loopback addresses: a LAN or one machine" },
} as const satisfies Settings;

/** What the person who runs a node decides of its election: docs/spec/supernode.md, "Election". */
export const electionSettings = {
  "max-reservations": { kind: "count", help: "most leaves (always: 2000, auto: 400)" },
  "uplink-kbps": { kind: "count", help: "kB/s to spend on others, both directions (1250 assumed)" },
  "monthly-gb": { kind: "amount", help: "GB to spend on others in a calendar month (no limit)" },
  hours: { kind: "hours", help: "when it may serve, UTC, like 22:00-06:00 (always)" },
  metered: { kind: "switch", help: "the connection is paid by volume: auto does not serve" },
  resources: { kind: "choice", choices: ["measured", "assumed"], help: "of this machine (always: assumed)" },
  reachability: { kind: "choice", choices: ["dial-back", "declared"], help: "of its ports (always: declared)" },
  autonat: { kind: "switch", help: "AutoNAT v2 beside the dial-back: asks, and answers others" },
  tuning: { kind: "choice", choices: ["production", "lab"], help: "lab: seconds, not hours", fallback: "production" },
  "operator-key": { kind: "key", help: "whose version notices count, hex or base64 (nobody's)" },
  notice: { kind: "text", help: "file of a signed notice to post at the start" },
  build: { kind: "build", help: "what it calls itself; builds are self-declared" },
} as const satisfies Settings;

/** Settings of any program that may serve. */
export type ServingValues = Values<typeof placeSettings> &
  Values<typeof electionSettings> & {
    readonly data: string;
    readonly listen: string;
    readonly role: "always" | "auto" | "never";
  };

/** The IPv4 address to tell others: as configured, the one listened on, or this machine's first that is not loopback. */
export function announcedAddress(values: Pick<ServingValues, "announce" | "listen">): string {
  if (values.announce !== undefined) return values.announce;
  if (values.listen !== "0.0.0.0") return values.listen;
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((address) => address.family === "IPv4" && !address.internal);
  return outside?.address ?? "127.0.0.1";
}
