import { isIPv4 } from "node:net";
import type { RelaySettings } from "./relay-service.ts";
import {
  type Settings,
  SettingsError,
  settingsFromEnvironment,
  settingsFromFile,
  settingsFromFlags,
} from "./settings.ts";

/** All a server process is told. */
export interface CentralConfig {
  readonly dataDirectory: string;
  readonly listen: string;
  readonly port: number;
  readonly publicUrls: readonly string[];
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly relay?: RelaySettings;
  readonly maxSessions?: number;
  readonly maxSessionsPerAddress?: number;
  readonly logLevel: "error" | "warn" | "info" | "debug";
}

/** What came of reading the configuration. */
export type ConfigOutcome =
  | { readonly kind: "run"; readonly config: CentralConfig }
  | { readonly kind: "help" }
  /** One line for whoever started the server. */
  | { readonly kind: "mistake"; readonly message: string };

/**
 * Puts the configuration together: flags above variables above the config file. `readFile` gives the text of a file or
 * throws. Never throws itself.
 */
export function readConfig(
  given: { readonly flags: readonly string[]; readonly environment: Readonly<Record<string, string | undefined>> },
  dependencies: { readonly readFile: (path: string) => string },
): ConfigOutcome {
  const readFile = (path: string, what: string): string => {
    try {
      return dependencies.readFile(path);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      throw new SettingsError(`cannot read ${what} ${path} (${code})`);
    }
  };
  try {
    const { help, ...flags } = settingsFromFlags(given.flags);
    if (help) return { kind: "help" };
    const above = { ...settingsFromEnvironment(given.environment), ...flags };
    const below = above.config === undefined ? {} : settingsFromFile(readFile(above.config, "the config file"));
    return { kind: "run", config: assemble({ ...below, ...above }, readFile) };
  } catch (error) {
    if (error instanceof SettingsError) return { kind: "mistake", message: error.message };
    throw error;
  }
}

function assemble(settings: Settings, readFile: (path: string, what: string) => string): CentralConfig {
  if (settings.data === undefined) throw new SettingsError("--data is needed: the directory of the database");
  const listen = settings.listen ?? "127.0.0.1";
  const tls = readTls(settings, readFile);
  const relay = readRelay(settings, listen);
  return {
    dataDirectory: settings.data,
    listen,
    port: settings.port ?? 8090,
    publicUrls: (settings["public-url"] ?? []).map(checkPublicUrl),
    ...(tls === undefined ? {} : { tls }),
    ...(relay === undefined ? {} : { relay }),
    ...(settings["max-sessions"] === undefined ? {} : { maxSessions: settings["max-sessions"] }),
    ...(settings["sessions-per-address"] === undefined
      ? {}
      : { maxSessionsPerAddress: settings["sessions-per-address"] }),
    logLevel: readLogLevel(settings["log-level"] ?? "info"),
  };
}

function readTls(
  settings: Settings,
  readFile: (path: string, what: string) => string,
): CentralConfig["tls"] | undefined {
  const { "tls-cert": certificate, "tls-key": key } = settings;
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new SettingsError("--tls-cert and --tls-key belong together: one of them is missing");
  return { certificate: readFile(certificate, "the certificate"), key: readFile(key, "the key") };
}

/** The relay runs unless `--turn-address none`: without it there are no calls in this mode. */
function readRelay(settings: Settings, listen: string): RelaySettings | undefined {
  const address = settings["turn-address"] ?? listen;
  if (address === "none") return undefined;
  if (settings["turn-address"] === undefined && (!isIPv4(listen) || listen === "0.0.0.0"))
    throw new SettingsError(
      `--turn-address is needed when listening on ${listen}: the IPv4 address clients reach the relay at, or none`,
    );
  if (!isIPv4(address)) throw new SettingsError(`--turn-address must be an IPv4 address or none, not ${address}`);
  if (!isIPv4(listen)) throw new SettingsError("the relay needs an IPv4 address in --listen, e.g. 0.0.0.0");
  const ports = settings["relay-ports"];
  return {
    listen,
    port: settings["turn-port"] ?? 3478,
    address,
    peers: settings["allow-private"] === true ? "public-and-private" : "public",
    ...(ports === undefined ? {} : { relayPorts: { kind: "range", ...ports } }),
  };
}

function checkPublicUrl(text: string): string {
  if (URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol)) return text;
  throw new SettingsError(`--public-url must be an address like wss://central.example, not ${text}`);
}

function readLogLevel(text: string): CentralConfig["logLevel"] {
  if (text === "error" || text === "warn" || text === "info" || text === "debug") return text;
  throw new SettingsError(`--log-level must be error, warn, info or debug, not ${text}`);
}
