/**
 * `npm start`: three supernodes, a central server and the page on this machine, until Ctrl-C.
 *
 * Main path: `local-network/services.ts` (what runs) → `local-network/ports.ts` (where) → `local-network/local-network.ts`
 * (start, restart, stop) → `local-network/service-process.ts` (one program).
 *
 * @module
 */
import { join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { systemClock } from "@skein/core";
import { StartupError, startLocalNetwork } from "./local-network/local-network.ts";
import { type Ports, planPorts, portUses, unusablePorts } from "./local-network/ports.ts";
import { framed, quoted, sentence } from "./local-network/screen.ts";
import { type LocalExtras, localServices } from "./local-network/services.ts";

const USAGE = `A Skein network on this machine: three supernodes, a central server, the page and an echo contact.

  --port N        the page's port (8080)
  --base-port N   moves everything else to the 44 ports from N on
  --no-echo       without the echo contact
  SKEIN_DATA      the folder for keys, mail and logs (.skein/local)`;

const root = fileURLToPath(new URL("../../..", import.meta.url));

type CommandLine =
  | { readonly kind: "run"; readonly ports: Ports; readonly extras: LocalExtras }
  | { readonly kind: "help" }
  | { readonly kind: "refused"; readonly reason: string };

function readCommandLine(args: string[]): CommandLine {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string" },
        "base-port": { type: "string" },
        "no-echo": { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    if (values.help) return { kind: "help" };
    const page = values.port === undefined ? {} : { page: Number(values.port) };
    const base = values["base-port"] === undefined ? {} : { basePort: Number(values["base-port"]) };
    const extras: LocalExtras = { echo: values["no-echo"] ? "off" : "on" };
    return { kind: "run", ports: planPorts({ ...page, ...base }), extras };
  } catch (error) {
    return { kind: "refused", reason: (error as Error).message };
  }
}

/** Says which ports are taken; answers whether all are free. */
async function portsAreFree(ports: Ports): Promise<boolean> {
  const unusable = await unusablePorts(portUses(ports), "127.0.0.1");
  for (const { port, transport, owner, code } of unusable) {
    const why = code === "EADDRINUSE" ? "is in use" : `cannot be used (${code})`;
    console.error(`✗ port ${port}/${transport} (${owner}) ${why}`);
  }
  if (unusable.length === 0) return true;
  console.error("\nIs the network already running? Otherwise choose other ports:\n");
  console.error("  npm start -- --port 8180 --base-port 9500");
  return false;
}

/** `echo`: address that leads to the echo contact's link, if there is one. */
function welcome(address: string, echo: string | undefined): string {
  const contact = ["", "Nobody to talk to? Add the echo, write to it, call it:", `  ${echo}`];
  return framed([
    `Skein is running: ${address}`,
    "",
    "Two people in one browser:",
    `  ${address}/?profile=alice`,
    `  ${address}/?profile=bob`,
    ...(echo === undefined ? [] : contact),
    "",
    "Ctrl-C stops it.",
  ]);
}

/** Runs the network until `signal`; answers the exit code. Throws StartupError. */
async function run(ports: Ports, extras: LocalExtras, signal: AbortSignal): Promise<number> {
  const dataDir = resolve(root, process.env.SKEIN_DATA ?? join(".skein", "local"));
  const stopAsked = new Promise<void>((done) => {
    signal.addEventListener("abort", () => done(), { once: true });
  });
  console.log("… starting the local network");
  const network = await startLocalNetwork(
    { services: localServices(ports, dataDir, extras), cwd: root, logDir: join(dataDir, "log") },
    { clock: systemClock, tell: (news) => console.log(sentence(news)), signal },
  );
  const echo = extras.echo === "on" ? `http://localhost:${ports.echo}/add` : undefined;
  console.log(`\n${welcome(`http://localhost:${ports.page}`, echo)}\n`);
  await Promise.race([stopAsked, network.allEnded]);
  console.log(signal.aborted ? "\n… stopping" : "\n✗ nothing is left running");
  await network.stop();
  if (signal.aborted) console.log("✓ stopped");
  return signal.aborted ? 0 : 1;
}

async function main(): Promise<number> {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine.kind !== "run") {
    console.log(commandLine.kind === "help" ? USAGE : `${commandLine.reason}\n\n${USAGE}`);
    return commandLine.kind === "help" ? 0 : 2;
  }
  const ctrlC = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => ctrlC.abort());
  if (!(await portsAreFree(commandLine.ports))) return 1;
  try {
    return await run(commandLine.ports, commandLine.extras, ctrlC.signal);
  } catch (error) {
    if (ctrlC.signal.aborted) return 0;
    if (!(error instanceof StartupError)) throw error;
    console.error(`\n✗ ${error.message}\n${quoted(error.lastLines)}`);
    return 1;
  }
}

// A closed terminal must not end us before the services are stopped.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

process.exitCode = await main();
