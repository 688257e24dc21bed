import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** One setting of a program: its flag is `--name`, its variable `SKEIN_NAME`, its key in the file `name`. */
export interface Setting {
  readonly kind: "text" | "port" | "count" | "list" | "switch";
  readonly help: string;
  readonly fallback?: string;
}

/** Settings by their kebab-case name. */
export type Settings = Readonly<Record<string, Setting>>;

/** What a program is told, checked: ports and counts as numbers, lists split at commas. */
export type Values<S extends Settings> = {
  readonly [Name in keyof S]: S[Name]["kind"] extends "port" | "count"
    ? number | (S[Name] extends { readonly fallback: string } ? never : undefined)
    : S[Name]["kind"] extends "switch"
      ? boolean
      : S[Name]["kind"] extends "list"
        ? readonly string[]
        : string | (S[Name] extends { readonly fallback: string } ? never : undefined);
};

/** The words on the command line, in the environment or in the file were wrong; the message says which and how. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/**
 * Reads settings: flags win over environment, environment over the file named by `--config`, that over fallbacks.
 * Throws {@link ConfigurationError} for an unknown or ill-formed setting.
 */
export function readConfiguration<S extends Settings>(
  settings: S,
  given: { readonly flags: readonly string[]; readonly environment: Readonly<Record<string, string | undefined>> },
): Values<S> {
  const flags = parseFlags(settings, given.flags);
  const file = typeof flags.config === "string" ? readFile(settings, flags.config) : {};
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const variable = `SKEIN_${name.toUpperCase().replaceAll("-", "_")}`;
    const raw = flags[name] ?? given.environment[variable] ?? file[name] ?? setting.fallback;
    values[name] = readValue(name, setting, raw);
  }
  return values as Values<S>;
}

/** Help text: one line a setting. */
export function describeSettings(settings: Settings): string {
  const rows = Object.entries(settings).map(([name, { kind, help, fallback }]) => {
    const flag = kind === "switch" ? `--${name}` : `--${name} <${kind}>`;
    return `  ${flag.padEnd(30)}${help}${fallback === undefined ? "" : ` (${fallback})`}`;
  });
  return [...rows, `  ${"--config <file>".padEnd(30)}JSON file with the same names as keys`].join("\n");
}

function parseFlags(settings: Settings, flags: readonly string[]): Record<string, string | boolean | undefined> {
  const options = Object.fromEntries(
    [...Object.entries(settings), ["config", { kind: "text" }] as const].map(([name, setting]) => [
      name,
      { type: setting.kind === "switch" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  try {
    return parseArgs({ args: [...flags], options, strict: true, allowPositionals: false }).values as never;
  } catch (error) {
    throw new ConfigurationError((error as Error).message.split(". ")[0] ?? "unreadable flags", { cause: error });
  }
}

function readFile(settings: Settings, path: string): Record<string, string | boolean | undefined> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ConfigurationError(`--config ${path}: ${(error as Error).message}`, { cause: error });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new ConfigurationError(`--config ${path}: not a JSON object`);
  }
  const entries = Object.entries(parsed as Record<string, unknown>);
  const unknown = entries.find(([name]) => !(name in settings));
  if (unknown !== undefined) throw new ConfigurationError(`--config ${path}: unknown setting "${unknown[0]}"`);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === "boolean" ? value : String(Array.isArray(value) ? value.join(",") : value),
    ]),
  );
}

function readValue(name: string, setting: Setting, raw: string | boolean | undefined): unknown {
  switch (setting.kind) {
    case "switch":
      return raw === true || raw === "true" || raw === "1";
    case "list":
      return typeof raw === "string"
        ? raw
            .split(",")
            .map((item) => item.trim())
            .filter((item) => item !== "")
        : [];
    case "text":
      return raw === undefined ? undefined : String(raw);
    case "port":
      return readNumber(name, raw, 65_535);
    case "count":
      return readNumber(name, raw, Number.MAX_SAFE_INTEGER);
  }
}

function readNumber(name: string, raw: string | boolean | undefined, most: number): number | undefined {
  if (raw === undefined) return undefined;
  const number = Number(raw);
  if (typeof raw === "string" && raw.trim() !== "" && Number.isInteger(number) && number >= 0 && number <= most)
    return number;
  throw new ConfigurationError(`--${name}: "${raw}" is not a whole number from 0 to ${most}`);
}
