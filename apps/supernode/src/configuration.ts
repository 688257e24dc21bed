import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ConfigurationError } from "./configuration-error.ts";
import { oneLine } from "./one-line.ts";
import type { Hours } from "./setting-texts.ts";
import { type Given, readValue, type Setting } from "./setting-values.ts";

/** Settings by their kebab-case name. */
export type Settings = Readonly<Record<string, Setting>>;

interface Read {
  readonly port: number;
  readonly count: number;
  readonly amount: number;
  readonly switch: boolean;
  readonly hours: Hours;
  readonly key: Uint8Array;
  readonly "web-addresses": readonly string[];
  readonly builds: readonly string[];
}

type ValueOf<S extends Setting> = S["kind"] extends keyof Read
  ? Read[S["kind"]]
  : S["choices"] extends readonly (infer Choice)[]
    ? Choice
    : string;

/** Kinds that are empty when nothing is said. */
type ListKind = "web-addresses" | "builds";

type Missing<S extends Setting> = S extends { readonly fallback: string }
  ? never
  : S["kind"] extends "switch" | ListKind
    ? never
    : undefined;

/** What a program is told, checked: ports and counts as numbers, lists split at commas, switches off unless set. */
export type Values<S extends Settings> = {
  readonly [Name in keyof S]: ValueOf<S[Name]> | Missing<S[Name]>;
};

/** The setting every program has: the file with the others. */
const CONFIG: Setting = { kind: "text", help: "JSON file with the same names as keys" };

/**
 * Reads settings: flags win over environment, environment over the file named by `--config`, that over fallbacks. An empty
 * variable counts as none. Throws {@link ConfigurationError} for an unknown or ill-formed setting.
 */
export function readConfiguration<S extends Settings>(
  settings: S,
  given: { readonly flags: readonly string[]; readonly environment: Readonly<Record<string, string | undefined>> },
): Values<S> {
  const flags = givenFlags({ ...settings, config: CONFIG }, given.flags);
  const variables = givenVariables({ ...settings, config: CONFIG }, given.environment);
  const config = flags.config ?? variables.config;
  const file = config === undefined ? {} : givenFile(settings, readValue(CONFIG, config) as string);
  const entries = Object.entries(settings).map(([name, setting]) => {
    const value = flags[name] ?? variables[name] ?? file[name] ?? fallbackOf(name, setting);
    return [name, value === undefined ? nothing(setting) : readValue(setting, value)] as const;
  });
  return Object.fromEntries(entries) as Values<S>;
}

/** Help text: one line a setting, with its fallback. */
export function describeSettings(settings: Settings): string {
  return Object.entries({ ...settings, config: CONFIG })
    .map(([name, { kind, help, fallback, choices }]) => {
      const value = kind === "switch" ? "" : ` <${choices?.join("|") ?? kind}>`;
      const otherwise = fallback === undefined ? "" : ` (${fallback})`;
      return `  ${`--${name}${value}`.padEnd(36)} ${help}${otherwise}`;
    })
    .join("\n");
}

type GivenByName = Readonly<Record<string, Given | undefined>>;

function fallbackOf(name: string, { fallback }: Setting): Given | undefined {
  return fallback === undefined ? undefined : { value: fallback, where: `--${name}` };
}

function nothing({ kind }: Setting): unknown {
  if (kind === "switch") return false;
  return kind === "web-addresses" || kind === "builds" ? [] : undefined;
}

function givenFlags(settings: Settings, flags: readonly string[]): GivenByName {
  const options = Object.fromEntries(
    Object.entries(settings).map(([name, { kind }]) => [
      name,
      { type: kind === "switch" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  try {
    const { values } = parseArgs({ args: [...flags], options, strict: true, allowPositionals: false });
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, { value: value as string | boolean, where: `--${name}` }]),
    );
  } catch (error) {
    // The first sentence says what is wrong; the others explain parseArgs.
    throw new ConfigurationError(oneLine(error).split(/\. /)[0] ?? "", { cause: error });
  }
}

function givenVariables(settings: Settings, environment: Readonly<Record<string, string | undefined>>): GivenByName {
  const variables = Object.keys(settings).map((name) => {
    const where = `SKEIN_${name.toUpperCase().replaceAll("-", "_")}`;
    const value = environment[where];
    return [name, value === undefined || value === "" ? undefined : { value, where }] as const;
  });
  return Object.fromEntries(variables);
}

function givenFile(settings: Settings, path: string): GivenByName {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ConfigurationError(`--config ${path}: ${oneLine(error)}`, { cause: error });
  }
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw new ConfigurationError(`--config ${path}: not a JSON object`);
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => {
      const where = `"${name}" in ${path}`;
      if (!Object.hasOwn(settings, name)) throw new ConfigurationError(`${where}: there is no such setting`);
      return [name, { value: textOf(value, where), where }];
    }),
  );
}

/** A value of the file as it would stand on the command line. */
function textOf(value: unknown, where: string): string | boolean {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(",");
  throw new ConfigurationError(`${where}: neither text, number, true, false nor a list of texts`);
}
