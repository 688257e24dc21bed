import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type PeerConversation, type PeerLine, speakWith } from "../headless/peer-conversation.ts";
import { fieldOf } from "../headless/told.ts";
import type { Host } from "../netns/lab.ts";
import { LabError } from "../netns/requirements.ts";

/** Many people without a page, each a real client; everybody is a contact of the next one, in a ring. */
export interface Crowd {
  readonly size: number;
  /** Short names of the supernodes each is at now; nobody's while it is not online. */
  vias(): readonly (readonly string[])[];
  /** Everybody writes the next one a line; resolves with how many of them were delivered within `patienceMs`. */
  writeAround(body: string, patienceMs: number): Promise<number>;
}

/** Twenty programs beside it may be starting on two cores. */
const PATIENCE_MS = 120_000;

const PROGRAM = "apps/supernode/build/main.js";
const root = fileURLToPath(new URL("../../../..", import.meta.url));

interface Somebody {
  readonly conversation: PeerConversation;
  readonly peer: number;
  readonly user: string;
  readonly link: string;
}

/** Starts so many people in each of these hosts and makes the ring. Resolves when all know each other. */
export async function gatherCrowd(
  hosts: readonly Host[],
  options: { readonly page: string; readonly perHost: number; readonly directory: string },
): Promise<Crowd> {
  const people: Somebody[] = [];
  // One program after the other: a small machine has enough to do with one.
  for (const host of hosts) people.push(...(await startGroup(host, options)));
  await Promise.all(people.map((each, index) => befriend(each, people, index)));
  return {
    size: people.length,
    vias: () => people.map(viasOf),
    async writeAround(body, patienceMs) {
      const sent = await Promise.all(people.map((each, index) => write(each, people, index, body)));
      const inTime = sent.map(({ from, since, to }) => delivered(from, { to, body, since, patienceMs }));
      return (await Promise.all(inTime)).filter((each) => each).length;
    },
  };
}

async function startGroup(
  host: Host,
  { directory, page, perHost }: { readonly page: string; readonly perHost: number; readonly directory: string },
): Promise<readonly Somebody[]> {
  const log = openSync(join(directory, `${host.name}.log`), "a");
  const args = [PROGRAM, "peer", "--memory", "--page", page, "--name", host.name, "--peers", `${perHost}`];
  const { process: child } = host.run(process.execPath, args, { directory: root, stdio: ["pipe", "pipe", log] });
  closeSync(log);
  if (child.stdin === null || child.stdout === null) throw new LabError(`${host.name} cannot be spoken with`);
  const conversation = speakWith(host.name, child.stdin, child.stdout, { patienceMs: PATIENCE_MS });
  child.once("exit", () => conversation.end("its program ended"));
  const numbers = Array.from({ length: perHost }, (_, peer) => peer);
  return await Promise.all(
    numbers.map(async (peer) => {
      const ready = await conversation.until(`peer ${peer}`, (line) => line.kind === "ready" && line.peer === peer);
      return { conversation, peer, user: String(ready.user), link: String(ready.link) };
    }),
  );
}

const after = (people: readonly Somebody[], index: number): Somebody => people[(index + 1) % people.length] as Somebody;
const before = (people: readonly Somebody[], index: number): Somebody =>
  people[(index + people.length - 1) % people.length] as Somebody;

async function befriend(each: Somebody, people: readonly Somebody[], index: number): Promise<void> {
  for (const other of [after(people, index), before(people, index)])
    await each.conversation.order({ peer: each.peer, kind: "add-contact", link: other.link });
}

function viasOf({ conversation, peer }: Somebody): readonly string[] {
  const last = conversation.lines.findLast((line) => line.kind === "network" && line.peer === peer);
  const via = fieldOf(last?.network, "via");
  return Array.isArray(via) ? via.map(String) : [];
}

interface Sent {
  readonly from: Somebody;
  readonly to: Somebody;
  /** Lines before it was written. */
  readonly since: number;
}

async function write(from: Somebody, people: readonly Somebody[], index: number, body: string): Promise<Sent> {
  const to = after(people, index);
  const since = from.conversation.lines.length;
  await from.conversation.order({ peer: from.peer, kind: "send", user: to.user, body });
  return { from, to, since };
}

/** Whether the writer heard of the delivery in time. */
function delivered(
  { conversation, peer }: Somebody,
  what: { readonly to: Somebody; readonly body: string; readonly since: number; readonly patienceMs: number },
): Promise<boolean> {
  const { body, patienceMs, since, to } = what;
  const isIt = (line: PeerLine): boolean =>
    line.kind === "message" &&
    line.peer === peer &&
    line.user === to.user &&
    line.body === body &&
    (line.state === "delivered" || line.state === "read");
  const late = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), patienceMs).unref();
  });
  return Promise.race([
    conversation.until("a delivery", isIt, since).then(
      () => true,
      () => false,
    ),
    late,
  ]);
}
