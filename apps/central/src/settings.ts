import { parseArgs } from "node:util";

/** Every setting: where it may stand is the same for all, flag `--turn-port`, variable `SKEIN_TURN_PORT`, key `turn-port`. */
const SETTINGS = {
  config: { kind: "text", help: "JSON file with settings; keys are the names of flags" },
  data: { kind: "text", help: "directory of the database, made if missing (needed)" },
  listen: { kind: "text", help: "address to listen on (127.0.0.1)" },
  port: { kind: "port", help: "port of HTTP and WebSocket, 0 for any (8090)" },
  "public-url": {
    kind: "list",
    help: "ws or wss address clients dial, where it is not one of this machine; repeatable",
  },
  "tls-cert": { kind: "text", help: "PEM file of the certificate, for wss and https" },
  "tls-key": { kind: "text", help: "PEM file of its key" },
  "turn-port": { kind: "port", help: "UDP port of the relay for calls, 0 for any (3478)" },
  "turn-address": { kind: "text", help: "IPv4 address clients reach the relay at (that of --listen), or none" },
  "relay-ports": { kind: "range", help: "UDP ports of relayed calls, e.g. 49152-65535" },
  "allow-private": { kind: "switch", help: "let calls reach private and loopback addresses: for local networks only" },
  "max-sessions": { kind: "count", help: "connections at once (20000)" },
  "sessions-per-address": { kind: "count", help: "connections at once from one IP address (500)" },
  "log-level": { kind: "text", help: "error, warn, info or debug (info)" },
} as const;

type Name = keyof typeof SETTINGS;
type Kind = (typeof SETTINGS)[Name]["kind"];
type ValueOf<K extends Kind> = K extends "port" | "count"
  ? number
  : K extends "switch"
    ? boolean
    : K extends "list"
      ? readonly string[]
      : K extends "range"
        ? { readonly min: number; readonly max: number }
        : string;

/** What was set, and only that. */
export type Settings = { readonly [Key in Name]?: ValueOf<(typeof SETTINGS)[Key]["kind"]> };

/** A mistake of whoever set something; the message is one line for them. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** The help text. */
export function settingsHelp(): string {
  const lines = Object.entries(SETTINGS).map(([name, { kind, help }]) => {
    const value =
      kind === "switch" ? "" : kind === "text" || kind === "list" ? " TEXT" : kind === "range" ? " MIN-MAX" : " NUMBER";
    return `  --${`${name}${value}`.padEnd(28)}${help}`;
  });
  return [
    "The central server of Skein. Flags stand above variables (SKEIN_…), variables above the config file.",
    ...lines,
    "",
  ].join("\n");
}

/** Reads flags. Throws {@link SettingsError}. */
export function settingsFromFlags(flags: readonly string[]): Settings & { readonly help?: true } {
  const options = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, { kind }]) => [
      name,
      { type: kind === "switch" ? "boolean" : "string", multiple: kind === "list" } as const,
    ]),
  );
  let values: Record<string, unknown>;
  try {
    values = parseArgs({ args: [...flags], options: { ...options, help: { type: "boolean" } } }).values;
  } catch (error) {
    throw new SettingsError(firstLine(error));
  }
  const { help, ...rest } = values;
  return { ...readAll(rest, (name) => `--${name}`), ...(help === true ? { help: true } : {}) };
}

/** Reads variables `SKEIN_…`; others are none of ours. Throws {@link SettingsError}. */
export function settingsFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Settings {
  const variable = (name: string): string => `SKEIN_${name.toUpperCase().replaceAll("-", "_")}`;
  const values = Object.keys(SETTINGS).map((name) => [name, environment[variable(name)]] as const);
  return readAll(Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== "")), variable);
}

/** Reads the text of a config file. Throws {@link SettingsError}. */
export function settingsFromFile(text: string): Settings {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new SettingsError(`the config file is not JSON: ${firstLine(error)}`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw new SettingsError("the config file must be a JSON object");
  const unknown = Object.keys(content).find((name) => !(name in SETTINGS) || name === "config");
  if (unknown !== undefined) throw new SettingsError(`the config file sets ${unknown}, which is no setting`);
  return readAll(content as Record<string, unknown>, (name) => `${name} in the config file`);
}

function readAll(values: Record<string, unknown>, describe: (name: string) => string): Settings {
  const read = Object.entries(values).map(([name, value]) => {
    const setting = SETTINGS[name as Name];
    return [name, READERS[setting.kind](value, describe(name))] as const;
  });
  return Object.fromEntries(read) as Settings;
}

const READERS: { readonly [K in Kind]: (value: unknown, where: string) => ValueOf<K> } = {
  text: readText,
  port: (value, where) => readNumber(value, where, 0, 65_535),
  count: (value, where) => readNumber(value, where, 1, 1_000_000),
  list: (value, where) => {
    const items = Array.isArray(value) ? value : String(value).split(",");
    return items.map((item) => readText(typeof item === "string" ? item.trim() : item, where));
  },
  switch: (value, where) => {
    if (value === true || value === "true" || value === "1") return true;
    if (value === false || value === "false" || value === "0") return false;
    throw new SettingsError(`${where} must be true or false`);
  },
  range: (value, where) => {
    const [, min, max] = /^(\d+)-(\d+)$/.exec(String(value)) ?? [];
    const range = { min: readNumber(min, where, 1, 65_535), max: readNumber(max, where, 1, 65_535) };
    if (range.min > range.max) throw new SettingsError(`${where} must begin with the lower port`);
    return range;
  },
};

function readText(value: unknown, where: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new SettingsError(`${where} must be a text that is not empty`);
}

function readNumber(value: unknown, where: string, min: number, max: number): number {
  const number = typeof value === "string" && /^\d{1,7}$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= min && number <= max) return number;
  throw new SettingsError(`${where} must be a whole number from ${min} to ${max}`);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
