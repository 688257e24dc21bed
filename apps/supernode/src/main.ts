#!/usr/bin/env node
/**
 * `skein`: runs a supernode, or hosts the page.
 *
 * Main path: `configuration.ts` (flags, environment, file) → `supernode-daemon.ts` or `page-daemon.ts` → `http.ts`,
 * `page-host.ts` → `lifecycle.ts` (signals, graceful stop). What a supernode does is `@skein/network-p2p/supernode`.
 *
 * @module
 */
import process from "node:process";
import { systemClock } from "@skein/core";
import { ConfigurationError, describeSettings, readConfiguration, type Settings } from "./configuration.ts";
import { keptKey } from "./kept-key.ts";
import { runUntilSignal } from "./lifecycle.ts";
import { createLog } from "./log.ts";
import { startPageDaemon } from "./page-daemon.ts";
import { type Daemon, startSupernodeDaemon } from "./supernode-daemon.ts";
import { pageSettings, supernodeSettings, tlsFiles } from "./supernode-settings.ts";

const USAGE = `usage: skein supernode [settings]   relay, index, STUN/TURN, and with --page the page
       skein page [settings]        the page and the list of its supernodes

supernode:
${describeSettings(supernodeSettings)}

page:
${describeSettings(pageSettings)}

Flags win over SKEIN_… variables (--ws-port is SKEIN_WS_PORT), these over the file.`;

async function main(): Promise<number | undefined> {
  const [command, ...flags] = process.argv.slice(2);
  if (command === undefined || command === "help" || flags.includes("--help")) {
    console.log(USAGE);
    return command === undefined ? 2 : 0;
  }
  const read = <S extends Settings>(settings: S): ReturnType<typeof readConfiguration<S>> =>
    readConfiguration(settings, { flags, environment: process.env });
  switch (command) {
    case "supernode": {
      const values = read(supernodeSettings);
      const log = createLog({ level: values["log-level"], name: values.name });
      const daemon = await startSupernodeDaemon(values, log);
      runUntilSignal(log, daemon.stop);
      return undefined;
    }
    case "page": {
      const values = read(pageSettings);
      const log = createLog({ level: values["log-level"], name: values.name });
      const web = { listen: values.listen, port: values.port, tls: tlsFiles(values) };
      const options = { web, pageDirectory: values["page-directory"], supernodes: values.supernodes };
      const host = await startPageDaemon(
        { ...options, central: values.central },
        { key: keptKey(values.data), clock: systemClock, log },
      );
      const daemon: Daemon = { stop: host.close };
      runUntilSignal(log, daemon.stop);
      return undefined;
    }
    default:
      throw new ConfigurationError(`unknown command "${command}"; skein help lists what there is`);
  }
}

try {
  const code = await main();
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  console.error(`skein: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(error instanceof ConfigurationError ? 2 : 1);
}
