import { fileURLToPath } from "node:url";
import type { Settings } from "./configuration.ts";
import { LOG_LEVELS } from "./log.ts";
import { electionSettings, placeSettings } from "./serving/serving-settings.ts";

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
  ...placeSettings,
  role: {
    kind: "choice",
    choices: ["always", "auto", "never"],
    help: "serve from the start, when fit and needed, or not",
    fallback: "always",
  },
  ...electionSettings,
  "http-port": { kind: "port", help: "TCP port for health, status, metrics, the ad and the page", fallback: "4080" },
  page: { kind: "switch", help: "serve the page too, at --http-port" },
} as const satisfies Settings;

/** Settings of `skein page`. */
export const pageSettings = {
  ...common,
  port: { kind: "port", help: "TCP port", fallback: "8080" },
  supernodes: { kind: "web-addresses", help: "HTTP addresses of the supernodes to list" },
} as const satisfies Settings;
