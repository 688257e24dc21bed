import { isIPv4 } from "node:net";
import { versionOf } from "@skein/election";
import { ConfigurationError } from "./configuration-error.ts";
import { readHours, readKey } from "./setting-texts.ts";

/** What a setting may be; `web-addresses` and `builds` are lists. */
export type SettingKind = keyof typeof KINDS;

/** One setting of a program: its flag is `--name`, its variable `SKEIN_NAME`, its key in the file `name`. */
export interface Setting {
  readonly kind: SettingKind;
  readonly help: string;
  readonly fallback?: string;
  /** All a `choice` may be. */
  readonly choices?: readonly string[];
}

/** A value as it was given, and where: `--port`, `SKEIN_PORT`, `"port" in skein.json`. */
export interface Given {
  readonly value: string | boolean;
  readonly where: string;
}

/** Longest value of a setting, in characters. */
const MAX_LENGTH = 4_096;

/** How each kind is read from trimmed text that is not empty, and what it is called; `undefined`: it is none. */
const KINDS = {
  text: { is: "a text", read: (text: string) => text },
  choice: {
    is: "a word it may be",
    read: (text: string, { choices }: Setting) => (choices?.includes(text) ? text : undefined),
  },
  ipv4: { is: "an IPv4 address", read: (text: string) => (isIPv4(text) ? text : undefined) },
  port: { is: "a whole number from 0 to 65535", read: (text: string) => wholeNumber(text, 65_535) },
  count: { is: "a whole number from 0 to 1000000", read: (text: string) => wholeNumber(text, 1_000_000) },
  amount: { is: "a number from 0 to 1000000, like 1.5", read: amount },
  hours: { is: "hours like 22:00-06:00", read: readHours },
  key: { is: "a key of 32 bytes in hex or base64", read: readKey },
  version: {
    is: "a version like 0.2.0",
    read: (text: string) => (/^\d{1,6}\.\d{1,6}\.\d{1,6}$/.test(text) ? text : undefined),
  },
  build: { is: "a build like skein-0.2.0+ab12cd3", read: (text: string) => (isBuild(text) ? text : undefined) },
  builds: {
    is: "a list of builds like skein-0.2.0+ab12cd3",
    read(text: string) {
      const items = text.split(",").map((item) => item.trim());
      return items.every(isBuild) ? items : undefined;
    },
  },
  "web-addresses": {
    is: "a list of addresses like http://192.0.2.7:4080",
    read(text: string) {
      const items = text.split(",").map((item) => item.trim());
      return items.every((item) => isUrl(item, /^https?:$/)) ? items : undefined;
    },
  },
  "socket-address": {
    is: "an address like wss://central.example",
    read: (text: string) => (isUrl(text, /^wss?:$/) ? text : undefined),
  },
  switch: { is: "true or false", read: (text: string) => SWITCH.get(text) },
} as const;

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/** Reads a value by the kind of its setting. Throws {@link ConfigurationError}. */
export function readValue(setting: Setting, { value, where }: Given): unknown {
  const text = String(value).trim();
  const { is, read } = KINDS[setting.kind];
  const fits = text !== "" && text.length <= MAX_LENGTH && (typeof value === "string" || setting.kind === "switch");
  const result = fits ? read(text, setting) : undefined;
  if (result !== undefined) return result;
  const wanted = setting.choices === undefined ? is : setting.choices.join(", ");
  throw new ConfigurationError(`${where}: "${text.slice(0, 80)}" is not ${setting.choices ? "one of " : ""}${wanted}`);
}

function wholeNumber(text: string, most: number): number | undefined {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  return number <= most ? number : undefined;
}

function amount(text: string): number | undefined {
  const number = /^\d{1,7}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  return number <= 1_000_000 ? number : undefined;
}

/** As long as a version notice can name it; with a version, so that a floor applies to it. */
function isBuild(text: string): boolean {
  return text.length <= 64 && /^[\w.+-]+$/.test(text) && versionOf(text) !== undefined;
}

function isUrl(text: string, protocol: RegExp): boolean {
  return URL.canParse(text) && protocol.test(new URL(text).protocol);
}
