import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../test/program.ts";
import { describeSettings, readConfiguration, type Settings } from "./configuration.ts";
import { pageSettings, supernodeSettings } from "./supernode-settings.ts";

const settings = {
  name: { kind: "text", help: "a name", fallback: "skein" },
  port: { kind: "port", help: "a port", fallback: "80" },
  "max-leaves": { kind: "count", help: "how many" },
  level: { kind: "choice", choices: ["low", "high"], help: "a level", fallback: "low" },
  listen: { kind: "ipv4", help: "an address" },
  others: { kind: "web-addresses", help: "others" },
  central: { kind: "socket-address", help: "central" },
  page: { kind: "switch", help: "a page" },
} as const satisfies Settings;

const read = (flags: readonly string[], environment: Record<string, string> = {}) =>
  readConfiguration(settings, { flags, environment });

function file(content: string): string {
  const path = join(temporaryFolder(), "skein.json");
  writeFileSync(path, content);
  return path;
}

test("[SU1] without anything said the fallbacks hold, and what has none is missing, empty or off", () => {
  expect(read([])).toEqual({
    name: "skein",
    port: 80,
    "max-leaves": undefined,
    level: "low",
    listen: undefined,
    others: [],
    central: undefined,
    page: false,
  });
});

test("[SU1] flags win over variables, variables over the file, the file over fallbacks", () => {
  const config = file(JSON.stringify({ name: "file", port: 1, "max-leaves": 1, level: "high" }));
  const environment = { SKEIN_NAME: "variable", SKEIN_PORT: "2", SKEIN_CONFIG: config };
  expect(read(["--name", "flag"], environment)).toMatchObject({
    name: "flag",
    port: 2,
    "max-leaves": 1,
    level: "high",
  });
});

test("[SU1] an empty variable counts as none, as container files write it", () => {
  expect(read([], { SKEIN_PORT: "", SKEIN_LISTEN: "", SKEIN_CONFIG: "" })).toMatchObject({ port: 80 });
});

test("[SU1] lists and switches may be written in each place", () => {
  const both = ["http://192.0.2.7:4080", "https://sn.example"];
  expect(read(["--others", both.join(", "), "--page"])).toMatchObject({ others: both, page: true });
  expect(read([], { SKEIN_OTHERS: both.join(","), SKEIN_PAGE: "1" })).toMatchObject({ others: both, page: true });
  expect(read(["--config", file(JSON.stringify({ others: both, page: true }))])).toMatchObject({
    others: both,
    page: true,
  });
  expect(read([], { SKEIN_PAGE: "false" }).page).toBe(false);
});

test.each([
  [["--prot", "80"], "Unknown option '--prot'"],
  [["80"], "Unexpected argument '80'"],
  [["--port"], "Option '--port <value>' argument missing"],
  [["--port", "-1"], "Option '--port' argument is ambiguous"],
  [["--page=yes"], "Option '--page' does not take an argument"],
  [["--port", "70000"], '--port: "70000" is not a whole number from 0 to 65535'],
  [["--port", "8o"], '--port: "8o" is not a whole number from 0 to 65535'],
  [["--max-leaves", "1.5"], '--max-leaves: "1.5" is not a whole number from 0 to 1000000'],
  [["--name", " "], '--name: "" is not a text'],
  [["--level", "loud"], '--level: "loud" is not one of low, high'],
  [["--listen", "localhost"], '--listen: "localhost" is not an IPv4 address'],
  [["--others", "192.0.2.7:4080"], '--others: "192.0.2.7:4080" is not a list of addresses like http://192.0.2.7:4080'],
  [["--central", "https://a.example"], '--central: "https://a.example" is not an address like wss://central.example'],
  [["--config", "/nowhere/skein.json"], "--config /nowhere/skein.json: ENOENT: no such file or directory"],
] as const)("[SU2] %j is refused on one line that says what is wrong", (flags, message) => {
  expect(refusalOf(() => read(flags))).toContain(message);
});

test.each([
  ["{", "is not valid JSON|Expected property name"],
  ["{\n  port: 80\n}", "Expected property name|is not valid JSON"],
  ["[]", "not a JSON object"],
  ['{"prot":80}', '"prot" in .*skein.json: there is no such setting'],
  ['{"toString":80}', '"toString" in .*: there is no such setting'],
  ['{"config":"other.json"}', '"config" in .*: there is no such setting'],
  ['{"port":70000}', '"port" in .*: "70000" is not a whole number'],
  ['{"port":null}', '"port" in .*: neither text'],
  ['{"others":[80]}', '"others" in .*: neither text'],
  ['{"page":"constructor"}', '"constructor" is not true or false'],
  ['{"page":"yes"}', '"page" in .*: "yes" is not true or false'],
  ['{"name":true}', '"name" in .*: "true" is not a text'],
])("[SU2] the file %j is refused on one line that names it", (content, message) => {
  const path = file(content);
  const refusal = refusalOf(() => read(["--config", path]));
  expect(refusal).toMatch(new RegExp(message));
  expect(refusal).toContain(path);
});

test("[SU2] a variable is called by its name, and a folder is no file", () => {
  expect(refusalOf(() => read([], { SKEIN_MAX_LEAVES: "many" }))).toMatch(/^SKEIN_MAX_LEAVES: "many" is not/);
  const folder = join(temporaryFolder(), "folder");
  mkdirSync(folder);
  expect(refusalOf(() => read(["--config", folder]))).toMatch(/EISDIR/);
});

test("[SU2] help has a line for every setting, with its fallback, and no line is too long for a terminal", () => {
  for (const all of [supernodeSettings, pageSettings]) {
    const lines = describeSettings(all).split("\n");
    expect(lines).toHaveLength(Object.keys(all).length + 1);
    for (const name of Object.keys(all))
      expect(lines.filter((line) => line.startsWith(`  --${name} `))).toHaveLength(1);
    for (const line of lines.filter((text) => !text.includes("--page-directory")))
      expect(line.length).toBeLessThanOrEqual(110);
  }
  expect(describeSettings(settings)).toContain("--level <low|high>");
});

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toMatchObject({ name: "ConfigurationError" });
    const { message } = error as Error;
    expect(message).not.toMatch(/\n/);
    return message;
  }
  throw new Error("it was not refused");
}
