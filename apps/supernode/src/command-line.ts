/** The commands of `skein`, and what each is given. */
import process from "node:process";
import { systemClock } from "@skein/core";
import { describeSettings, readConfiguration, type Settings, type Values } from "./configuration.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { keptKey } from "./kept-key.ts";
import { runDaemon } from "./lifecycle.ts";
import { createLog } from "./log.ts";
import { makeOperatorKey, showNoticeFile, signNoticeFile } from "./notice/notice-command.ts";
import { keySettings, showSettings, signSettings } from "./notice/notice-settings.ts";
import { oneLine } from "./one-line.ts";
import { startPageDaemon } from "./page-daemon.ts";
import { askPageHosts } from "./peer/first-hosts.ts";
import { peerSettings } from "./peer/peer-settings.ts";
import { askStatus, statusSettings } from "./status/status-command.ts";
import { pageSettings, supernodeSettings } from "./supernode-settings.ts";
import { readTlsFiles } from "./tls-files.ts";

const USAGE = `usage: skein supernode [settings]   relay, index, STUN/TURN, and with --page the page
       skein page [settings]        the page and the list of its supernodes
       skein supernode status       what a supernode on this machine does, and why (code 0 serving, 3 not)
       skein peer [settings]        people without a page: JSON lines in and out
       skein notice key|sign|show   version notices of a network's operator

supernode:
${describeSettings(supernodeSettings)}

supernode status:
${describeSettings(statusSettings)}

page:
${describeSettings(pageSettings)}

peer:
${describeSettings(peerSettings)}

notice key:
${describeSettings(keySettings)}

notice sign:
${describeSettings(signSettings)}

notice show:
${describeSettings(showSettings)}

Flags win over SKEIN_… variables (--ws-port is SKEIN_WS_PORT), these over the file. Exit codes: 0 stopped, 1 could not
run, 2 wrong settings; status: 0 serving, 3 not serving, 1 unreachable.`;

async function run(command: string, flags: readonly string[]): Promise<void> {
  const read = <S extends Settings>(settings: S): Values<S> =>
    readConfiguration(settings, { flags, environment: process.env });
  switch (command) {
    case "supernode": {
      if (flags[0] === "status") return await showStatus(flags.slice(1));
      const values = read(supernodeSettings);
      const log = createLog({ level: values["log-level"], name: values.name });
      // Loaded for this command only, as the peer below: what serves is large.
      const { startSupernodeDaemon } = await import("./supernode-daemon.ts");
      return await runDaemon(() => startSupernodeDaemon(values, log), { log });
    }
    case "page": {
      const values = read(pageSettings);
      const log = createLog({ level: values["log-level"], name: values.name });
      const { listen, port, supernodes, central, "page-directory": pageDirectory } = values;
      const options = { web: { listen, port, tls: readTlsFiles(values) }, pageDirectory, supernodes, central };
      const dependencies = { key: keptKey(values.data), clock: systemClock, log };
      return await runDaemon(() => startPageDaemon(options, dependencies), { log });
    }
    case "peer": {
      const values = read(peerSettings);
      const log = createLog({ level: values["log-level"], name: values.name, to: "stderr" });
      // It brings the whole client and native code: meanwhile the page's host can answer.
      const hosts = askPageHosts(values.page, systemClock);
      const { startPeerDaemon } = await import("./peer/peer-daemon.ts");
      const quit = (): void => void process.kill(process.pid, "SIGTERM");
      const streams = { input: process.stdin, output: process.stdout };
      return await runDaemon(() => startPeerDaemon(values, { log, quit, hosts, ...streams }), { log });
    }
    case "notice":
      return runNotice(flags);
    default:
      throw new ConfigurationError(`unknown command "${command}"; skein help lists what there is`);
  }
}

async function showStatus(flags: readonly string[]): Promise<void> {
  const { code, text } = await askStatus(readConfiguration(statusSettings, { flags, environment: process.env }));
  if (code === 1) console.error(`skein: ${text}`);
  else console.log(text);
  process.exitCode = code;
}

function runNotice([action, ...flags]: readonly string[]): void {
  const read = <S extends Settings>(settings: S): Values<S> =>
    readConfiguration(settings, { flags, environment: process.env });
  const now = systemClock.now();
  const lines = {
    key: () => makeOperatorKey(read(keySettings)),
    sign: () => signNoticeFile(read(signSettings), now),
    show: () => showNoticeFile(read(showSettings), now),
  };
  if (action !== "key" && action !== "sign" && action !== "show")
    throw new ConfigurationError(`notice "${action ?? ""}": key, sign or show`);
  console.log(lines[action]().join("\n"));
}

/** Does what the arguments say. Never rejects: what went wrong is told on stderr, and in the exit code. */
export async function runCommandLine([command, ...flags]: readonly string[]): Promise<void> {
  if (command === undefined) {
    console.error(USAGE);
    process.exitCode = 2;
  } else if (command === "help" || command === "--help" || flags.includes("--help")) {
    console.log(USAGE);
  } else {
    try {
      await run(command, flags);
    } catch (error) {
      console.error(`skein: ${oneLine(error)}`);
      process.exit(error instanceof ConfigurationError ? 2 : 1);
    }
  }
}
