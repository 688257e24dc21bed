import type { Settings } from "../configuration.ts";
import { LOG_LEVELS } from "../log.ts";
import { electionSettings, placeSettings } from "../serving/serving-settings.ts";

/** Settings of `skein peer`. */
export const peerSettings = {
  page: {
    kind: "text",
    help: "address of the page: names supernodes and central server",
    fallback: "http://localhost:8080/",
  },
  data: { kind: "text", help: "folder for keys, contacts and messages", fallback: "./skein-peer" },
  memory: { kind: "switch", help: "keep nothing: new keys at each start" },
  mode: {
    kind: "choice",
    choices: ["p2p", "central", "both"],
    help: "network; both: only with --echo",
    fallback: "p2p",
  },
  name: { kind: "text", help: "name others see", fallback: "Headless" },
  peers: { kind: "count", help: "how many people this process is", fallback: "1" },
  play: { kind: "text", help: "what the microphone hears: silence, tone:HZ, or a WAV file", fallback: "silence" },
  record: { kind: "text", help: "folder to record calls to, as Ogg Opus" },
  answer: {
    kind: "choice",
    choices: ["auto", "manual"],
    help: "auto: take every call of a contact",
    fallback: "manual",
  },
  echo: { kind: "switch", help: "accept everybody, say back what is said and written" },
  "http-port": { kind: "port", help: "TCP port for health, and status with --serve; left out: none" },
  listen: { kind: "ipv4", help: "address for --http-port", fallback: "127.0.0.1" },
  serve: {
    kind: "choice",
    choices: ["always", "auto", "never"],
    help: "be a supernode too: from the start, when fit and needed, or not",
    fallback: "never",
  },
  "serve-listen": { kind: "ipv4", help: "address to serve at", fallback: "0.0.0.0" },
  ...placeSettings,
  ...electionSettings,
  "log-level": { kind: "choice", choices: LOG_LEVELS, help: "how much to log, to standard error", fallback: "warn" },
} as const satisfies Settings;
