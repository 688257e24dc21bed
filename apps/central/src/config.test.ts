import { expect, test } from "vitest";
import { type CentralConfig, type ConfigOutcome, readConfig } from "./config.ts";

const FILES: Record<string, string> = {
  "central.json": JSON.stringify({ data: "/from/file", port: 1, "turn-port": 2, "allow-private": true }),
  "broken.json": "{",
  "strange.json": JSON.stringify({ data: "/d", prot: 1 }),
  "wrong.json": JSON.stringify({ data: "/d", port: "many" }),
  "cert.pem": "certificate",
  "key.pem": "key",
};

function read(flags: string, environment: Record<string, string> = {}): ConfigOutcome {
  return readConfig(
    { flags: flags === "" ? [] : flags.split(" "), environment },
    {
      readFile(path) {
        const text = FILES[path];
        if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
        return text;
      },
    },
  );
}

function configOf(outcome: ConfigOutcome): CentralConfig {
  if (outcome.kind !== "run") throw new Error(`not a configuration: ${JSON.stringify(outcome)}`);
  return outcome.config;
}

test("[CE60] flags stand above variables, variables above the file", () => {
  const environment = { SKEIN_PORT: "11", SKEIN_TURN_PORT: "12", SKEIN_CONFIG: "central.json" };
  expect(configOf(read("--port 21", environment))).toEqual({
    dataDirectory: "/from/file",
    listen: "127.0.0.1",
    port: 21,
    publicUrls: [],
    relay: { listen: "127.0.0.1", port: 12, address: "127.0.0.1", peers: "public-and-private" },
    logLevel: "info",
  });
});

test("[CE60] every setting reaches the configuration", () => {
  const flags =
    "--data /d --listen 0.0.0.0 --port 0 --public-url wss://a.example --public-url wss://b.example --tls-cert cert.pem " +
    "--tls-key key.pem --turn-port 5 --turn-address 192.0.2.1 --relay-ports 100-200 --max-sessions 9 " +
    "--sessions-per-address 3 --log-level debug";
  expect(configOf(read(flags))).toEqual({
    dataDirectory: "/d",
    listen: "0.0.0.0",
    port: 0,
    publicUrls: ["wss://a.example", "wss://b.example"],
    tls: { certificate: "certificate", key: "key" },
    relay: {
      listen: "0.0.0.0",
      port: 5,
      address: "192.0.2.1",
      peers: "public",
      relayPorts: { kind: "range", min: 100, max: 200 },
    },
    maxSessions: 9,
    maxSessionsPerAddress: 3,
    logLevel: "debug",
  });
});

test("[CE60] without a relay there is none", () => {
  expect(configOf(read("--data /d --turn-address none")).relay).toBeUndefined();
});

test.each([
  ["", "--data is needed"],
  ["--data /d --port 70000", "--port must be a whole number from 0 to 65535"],
  ["--data /d --port -1", "--port"],
  ["--data /d --nope", "--nope"],
  ["--data /d stray", "stray"],
  ["--data /d --listen 0.0.0.0", "--turn-address is needed"],
  ["--data /d --turn-address example.org", "IPv4"],
  ["--data /d --listen ::1", "--turn-address is needed"],
  ["--data /d --tls-cert cert.pem", "belong together"],
  ["--data /d --tls-cert none.pem --tls-key key.pem", "cannot read the certificate none.pem (ENOENT)"],
  ["--data /d --public-url http://a.example", "--public-url"],
  ["--data /d --relay-ports 200-100", "--relay-ports"],
  ["--data /d --log-level loud", "--log-level"],
  ["--config none.json", "cannot read the config file none.json (ENOENT)"],
  ["--config broken.json", "not JSON"],
  ["--config strange.json", "prot"],
  ["--config wrong.json", "port in the config file must be a whole number"],
])("[CE60] %s is one line of complaint", (flags, complaint) => {
  const outcome = read(flags);
  if (outcome.kind !== "mistake") throw new Error(`it was taken: ${JSON.stringify(outcome)}`);
  expect(outcome.message).toContain(complaint);
  expect(outcome.message).not.toContain("\n");
});

test("[CE60] a variable that is no number is named", () => {
  expect(read("--data /d", { SKEIN_PORT: "x" })).toEqual({
    kind: "mistake",
    message: "SKEIN_PORT must be a whole number from 0 to 65535",
  });
});
