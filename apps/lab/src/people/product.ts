import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Host, Lab } from "../netns/lab.ts";
import { labDir } from "../netns/lab-state.ts";
import type { Program } from "../netns/program.ts";
import { LabError } from "../netns/requirements.ts";

/** The product, running on the public hosts of a lab. Its programs end with the lab. */
export interface Product {
  /** Where people open the page; no query. */
  readonly pageAddress: string;
  /** Each program by the name of its log: `sn1`, `central`, `page`. */
  readonly programs: ReadonlyMap<string, Program>;
}

const SUPERNODES = ["sn1", "sn2", "sn3"];
const HTTP_PORT = 4080;
const PAGE_PORT = 8080;
const CENTRAL_PORT = 8090;
/** Rounds of 25 s: what is started on a busy machine takes its time, and one command in a host may last 30 s. */
const HEALTHY_WITHIN_MS = 25_000;
const HEALTHY_ROUNDS = 4;
const ASK_EVERY_MS = 100;

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const MAIN = { skein: "apps/supernode/build/main.js", central: "apps/central/src/main.ts" } as const;

/** Folder of everything the product and its people write; it goes with the lab. */
export function peopleDir(lab: Lab): string {
  const directory = join(labDir(lab.id), "people");
  mkdirSync(directory, { recursive: true });
  return directory;
}

/**
 * Starts three supernodes on sn1 … sn3 and, on the host `central`, the central server and the host of the page: as on the
 * Internet, with no private addresses allowed. Resolves when all are healthy. Throws LabError when page or daemon are not built
 * or a program does not come up; the error names its log.
 */
export async function startProduct(lab: Lab): Promise<Product> {
  if (!existsSync(join(root, "apps/web/dist/index.html")))
    throw new LabError("the page is not built: npm start builds it");
  if (!existsSync(join(root, MAIN.skein))) throw new LabError("the daemon is not built: npm start builds it");
  const directory = peopleDir(lab);
  const programs = new Map<string, Program>();
  const central = lab.host("central");
  const start = (name: string, host: Host, args: readonly string[]): void =>
    void programs.set(name, startLogged(lab, name, host, args));

  const hosts = SUPERNODES.map((name) => lab.host(name));
  for (const host of hosts) start(host.name, host, supernodeArguments(lab, host));
  const centralUrl = `ws://${central.address}:${CENTRAL_PORT}/skein/central/1`;
  start("central", central, [
    ...[MAIN.central, "--listen", central.address, "--port", `${CENTRAL_PORT}`],
    ...["--turn-address", central.address, "--public-url", centralUrl],
  ]);
  await healthy(central, [...hosts.map(webOf), `http://${central.address}:${CENTRAL_PORT}`], directory);

  // After the supernodes: the page host lists those that answer.
  start("page", central, [
    ...[MAIN.skein, "page", "--listen", central.address, "--port", `${PAGE_PORT}`],
    ...["--supernodes", hosts.map(webOf).join(","), "--central", centralUrl],
  ]);
  const pageAddress = `http://${central.address}:${PAGE_PORT}/`;
  await healthy(central, [pageAddress.slice(0, -1)], directory);
  return { pageAddress, programs };
}

/** Starts one more supernode on this host, with further flags; resolves when it is healthy. It is not in the page's list. */
export async function startSupernode(lab: Lab, name: string, flags: readonly string[]): Promise<Program> {
  const host = lab.host(name);
  const program = startLogged(lab, name, host, [...supernodeArguments(lab, host), ...flags]);
  await healthy(lab.host("central"), [webOf(host)], peopleDir(lab));
  return program;
}

const webOf = (host: Host): string => `http://${host.address}:${HTTP_PORT}`;

function supernodeArguments(lab: Lab, host: Host): readonly string[] {
  const others = SUPERNODES.filter((name) => name !== host.name).map((name) => webOf(lab.host(name)));
  return [
    ...[MAIN.skein, "supernode", "--name", host.name, "--listen", host.address, "--announce", host.address],
    ...["--http-port", `${HTTP_PORT}`, "--role", "always", "--bootstrap", others.join(",")],
  ];
}

/** A program of the product; what it says goes to a log of its name. */
function startLogged(lab: Lab, name: string, host: Host, args: readonly string[]): Program {
  const directory = peopleDir(lab);
  const log = openSync(join(directory, `${name}.log`), "a");
  const data = ["--data", join(directory, name)];
  const program = host.run(process.execPath, [...args, ...data], { directory: root, stdio: ["ignore", log, log] });
  closeSync(log);
  return program;
}

/** Asks from inside the lab, because nothing outside reaches it. */
async function healthy(from: Host, addresses: readonly string[], directory: string): Promise<void> {
  const ask = `
    const deadline = Date.now() + ${HEALTHY_WITHIN_MS};
    let waiting = ${JSON.stringify(addresses)};
    while (waiting.length > 0 && Date.now() < deadline) {
      const well = await Promise.all(waiting.map((address) =>
        fetch(address + "/healthz", { signal: AbortSignal.timeout(2000) }).then(({ ok }) => ok, () => false)));
      waiting = waiting.filter((_, index) => !well[index]);
      if (waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, ${ASK_EVERY_MS}));
    }
    console.log(waiting.join(" "));`;
  let dead = "";
  for (let round = 0; round < HEALTHY_ROUNDS; round += 1) {
    dead = (await from.output(process.execPath, ["--input-type=module", "-e", ask])).trim();
    if (dead === "") return;
  }
  throw new LabError(`not healthy: ${dead}; logs in ${directory}`);
}
