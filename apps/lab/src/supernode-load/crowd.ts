/**
 * A process full of leaves for `npm run bench:supernode`: each is the product's own leaf (`createP2pNetwork`, as apps call
 * it) with a key of its own, a connection, a reservation, an index stream and a published presence; now and then it asks
 * where a random other person of this process is.
 *
 * Words: the supernode's ad in base64url, seconds between two questions of one leaf, contacts each leaf watches.
 *
 * @module
 */
import process from "node:process";
import { type Clock, fromBase64Url, type Network, silent, systemClock, systemRandom, type UserId } from "@skein/core";
import { createAccount, type SupernodeAd, verifyAd } from "@skein/identity";
import { createP2pNetwork } from "@skein/network-p2p";
import type { CrowdOrder, CrowdReport } from "./crowd-messages.ts";

/** Leaves that start at once. Higher: quicker ramp, and both ends busier than real arrivals make them. */
const STARTING_AT_ONCE = 8;

/** Time one start may take, ms. */
const START_TIMEOUT_MS = 30_000;

const [adText = "", askEveryS = "60", contacts = "0"] = process.argv.slice(2);
const clock: Clock = systemClock;
const people: UserId[] = [];
const counts = { leaves: 0, online: 0, found: 0, notFound: 0, drops: 0, failed: 0 };
let lastFailure: string | undefined;
const ad = readAd(adText);

function readAd(text: string): SupernodeAd {
  const read = verifyAd(fromBase64Url(text) ?? new Uint8Array(), clock.now());
  if (!read.ok) throw new RangeError(read.reason);
  return read.value;
}

async function startLeaf(): Promise<void> {
  const account = createAccount({ name: "Leaf", deviceName: "load" }, { random: systemRandom, now: clock.now() });
  const network: Network = createP2pNetwork(
    { transports: "any" },
    {
      account,
      clock,
      random: systemRandom,
      report: silent,
      supernodes: async () => [ad],
      directPolicy: () => "deny",
      hostCache: { load: async () => [], save: async () => {} },
    },
  );
  await network.start(AbortSignal.timeout(START_TIMEOUT_MS));
  counts.leaves += 1;
  counts.online += 1;
  people.push(account.user);
  let now: "online" | "away" = "online";
  network.status.subscribe((status) => {
    const next = status.kind === "online" ? "online" : "away";
    if (next === now) return;
    now = next;
    counts.online += next === "online" ? 1 : -1;
    if (next === "away") counts.drops += 1;
  });
  if (Number(contacts) > 0) network.directory.watch(others(account.user, Number(contacts)), () => {});
  askNowAndThen(network, account.user);
}

function others(self: UserId, count: number): UserId[] {
  const found = new Set<UserId>();
  for (let tries = 0; tries < 4 * count && found.size < count; tries += 1) {
    const user = people[Math.floor(Math.random() * people.length)];
    if (user !== undefined && user !== self) found.add(user);
  }
  return [...found];
}

/** Every `askEveryS` seconds, give or take half, and not in step with the others. */
function askNowAndThen(network: Network, self: UserId): void {
  const pauseMs = Number(askEveryS) * 1_000 * (0.5 + Math.random());
  clock.at(clock.now() + pauseMs, () => {
    askNowAndThen(network, self);
    const [user] = others(self, 1);
    if (user === undefined) return;
    network.directory.find(user, AbortSignal.timeout(5_000)).then(
      (presences) => {
        counts[presences.length > 0 ? "found" : "notFound"] += 1;
      },
      () => {
        counts.notFound += 1;
      },
    );
  });
}

async function grow(leaves: number): Promise<void> {
  let left = leaves;
  const next = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await startLeaf().catch((error: Error) => {
        counts.failed += 1;
        lastFailure = error.message;
      });
    }
  };
  await Promise.all(Array.from({ length: STARTING_AT_ONCE }, next));
}

function report(): CrowdReport {
  return { ...counts, lastFailure };
}

process.on("message", (order: CrowdOrder) => {
  if (order.kind === "reset") Object.assign(counts, { found: 0, notFound: 0, drops: 0, failed: 0 });
  const answer = (): void => void process.send?.(report());
  if (order.kind === "grow") grow(order.leaves).then(answer, answer);
  else answer();
});
process.on("disconnect", () => process.exit());
