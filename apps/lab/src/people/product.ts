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
/** A program of a host has 30 s to answer; a busy machine may need more for what it starts. */
const ROUND_MS = 25_000;
const ROUNDS = 3;
const ASK_EVERY_MS = 100;

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const MAIN = { skein: "apps/supernode/src/main.ts", central: "apps/central/src/main.ts" } as const;

/** Folder of everything the product and its people write; it goes with the lab. */
export function peopleDir(lab: Lab): string {
  const directory = join(labDir(lab.id), "people");
  mkdirSync(directory, { recursive: true });
  return directory;
}

/**
 * Starts three supernodes on sn1 … sn3 and, on the host `central`, the central server and the host of the page: as on the
 * Internet, with no private addresses allowed. Resolves when all are healthy. Throws LabError when the page is not built
 * or a program does not come up; the error names its log.
 */
export async function startProduct(lab: Lab): Promise<Product> {
  if (!existsSync(join(root, "apps/web/dist/index.html")))
    throw new LabError("the page is not built: npm start builds it");
  const directory = peopleDir(lab);
  const programs = new Map<string, Program>();
  const central = lab.host("central");

  function start(name: string, host: Host, args: readonly string[]): void {
    const log = openSync(join(directory, `${name}.log`), "a");
    const data = ["--data", join(directory, name)];
    programs.set(
      name,
      host.run(process.execPath, [...args, ...data], { directory: root, stdio: ["ignore", log, log] }),
    );
    closeSync(log);
  }

  const hosts = SUPERNODES.map((name) => lab.host(name));
  const webOf = (host: Host): string => `http://${host.address}:${HTTP_PORT}`;
  for (const host of hosts) {
    const others = hosts.filter((other) => other !== host).map(webOf);
    start(host.name, host, [
      ...[MAIN.skein, "supernode", "--name", host.name, "--listen", host.address, "--announce", host.address],
      ...["--http-port", `${HTTP_PORT}`, "--role", "always", "--bootstrap", others.join(",")],
    ]);
  }
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

/** Asks from inside the lab, because nothing outside reaches it. */
async function healthy(from: Host, addresses: readonly string[], directory: string): Promise<void> {
  const ask = `
    const deadline = Date.now() + ${ROUND_MS};
    let waiting = ${JSON.stringify(addresses)};
    while (waiting.length > 0 && Date.now() < deadline) {
      const well = await Promise.all(waiting.map((address) =>
        fetch(address + "/healthz", { signal: AbortSignal.timeout(2000) }).then(({ ok }) => ok, () => false)));
      waiting = waiting.filter((_, index) => !well[index]);
      if (waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, ${ASK_EVERY_MS}));
    }
    console.log(waiting.join(" "));`;
  let dead = "";
  for (let round = 0; round < ROUNDS; round += 1) {
    dead = (await from.output(process.execPath, ["--input-type=module", "-e", ask])).trim();
    if (dead === "") return;
  }
  throw new LabError(`not healthy: ${dead}; logs in ${directory}`);
}
