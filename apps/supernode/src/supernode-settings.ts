import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";
import type { Settings, Values } from "./configuration.ts";
import { LOG_LEVELS } from "./log.ts";

/** Settings shared by both commands. */
const common = {
  data: { kind: "text", help: "folder for keys and state", fallback: "./skein-data" },
  listen: { kind: "ipv4", help: "address to listen on", fallback: "0.0.0.0" },
  "page-directory": {
    kind: "text",
    help: "folder of the built page",
    fallback: fileURLToPath(new URL("../../web/dist", import.meta.url)),
  },
  central: { kind: "socket-address", help: "central server to tell pages of" },
  "tls-cert": { kind: "text", help: "PEM file of a certificate: serve https and wss" },
  "tls-key": { kind: "text", help: "PEM file of its key" },
  "log-level": { kind: "choice", choices: LOG_LEVELS, help: "how much to log", fallback: "info" },
  name: { kind: "text", help: "name in the log", fallback: "skein" },
} as const satisfies Settings;

/** Settings of `skein supernode`. */
export const supernodeSettings = {
  ...common,
  announce: { kind: "ipv4", help: "address others reach it at (this machine's first that is not loopback)" },
  "announce-name": { kind: "text", help: "host name for wss, as in its certificate" },
  "ws-port": { kind: "port", help: "TCP port for WebSockets; wss with --tls-cert", fallback: "4001" },
  "webrtc-port": { kind: "port", help: "UDP port for WebRTC", fallback: "4001" },
  "turn-port": { kind: "port", help: "UDP port for STUN and TURN", fallback: "3478" },
  "http-port": { kind: "port", help: "TCP port for health, metrics, the ad and the page", fallback: "4080" },
  bootstrap: { kind: "web-addresses", help: "HTTP addresses of other supernodes" },
  role: { kind: "choice", choices: ["always"], help: "always: serve from the start", fallback: "always" },
  "max-reservations": { kind: "count", help: "leaves it relays for", fallback: "2000" },
  page: { kind: "switch", help: "serve the page too, at --http-port" },
  "allow-private": { kind: "switch", help: "serve private and loopback addresses: a LAN or one machine" },
} as const satisfies Settings;

/** Settings of `skein page`. */
export const pageSettings = {
  ...common,
  port: { kind: "port", help: "TCP port", fallback: "8080" },
  supernodes: { kind: "web-addresses", help: "HTTP addresses of the supernodes to list" },
} as const satisfies Settings;

/** The IPv4 address to tell others: as configured, the one listened on, or this machine's first that is not loopback. */
export function announcedAddress(values: Pick<Values<typeof supernodeSettings>, "announce" | "listen">): string {
  if (values.announce !== undefined) return values.announce;
  if (values.listen !== "0.0.0.0") return values.listen;
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((address) => address.family === "IPv4" && !address.internal);
  return outside?.address ?? "127.0.0.1";
}
