import { pause } from "@skein/core";
import { type HeadlessPeer, startHeadlessPeer } from "../../headless/headless-peer.ts";
import { online } from "../../headless/told.ts";
import { openHouse } from "../../people/house.ts";
import { startProduct, startSupernode } from "../../people/product.ts";
import type { Person } from "../../stage/person.ts";
import type { LinkCounters } from "../forwarder.ts";
import type { Lab } from "../lab.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { home, joined } from "../topologies.ts";
import { INTERNET } from "../topology.ts";

const ACCESS_MS = 50;
const MINUTES = 5;
const MINUTE_MS = 60_000;
/** After the last message: idle direct connections close after two minutes. */
const SETTLING_MS = 3 * MINUTE_MS;

/** What crosses somebody's access link in an hour, both ways, in Ethernet frames. */
interface Traffic {
  readonly bytesPerHour: number;
  readonly packetsPerHour: number;
}

const AIMS = { bytesPerHour: 100_000, packetsPerHour: 1_000, timesCentral: 1.5 } as const;
/** On the same kind of links: Jami 1.0–1.5 MB/h and 7–11 kpkt/h, toxcore 3.8 MB/h and 22 kpkt/h. */
const OTHERS = "Jami 1,000–1,500 kB and 7,200–10,600 packets, toxcore 3,800 kB and 22,000 packets an hour";

/** Whose link is looked at. */
const MEASURED = { leaf: "alice-gw", centralClient: "carol-gw", fullPeer: "full" } as const;
type Role = keyof typeof MEASURED;

/** What being there costs: pages of both modes with one contact online, and a supernode without leaves. */
export const idleScenario: Scenario = {
  name: "idle",
  about: "bytes and packets an hour of an idle page in P2P and in central mode, and of a supernode without leaves",
  topology: joined(
    {
      hosts: [
        ...["sn1", "sn2", "sn3", "central"].map((name) => ({ name, behind: INTERNET })),
        { name: MEASURED.fullPeer, behind: INTERNET, link: { both: { delayMs: ACCESS_MS } } },
      ],
    },
    ...["alice", "bob", "carol", "dave"].map((name) => home(name, "port-restricted", { both: { delayMs: ACCESS_MS } })),
  ),
  run: runIdle,
  unmeasured: (reason) => ({ leaf: null, centralClient: null, fullPeer: null, minutes: 0, reason }),
};

async function runIdle(lab: Lab, context: ScenarioContext): Promise<ScenarioResult> {
  const { clock, minutes = MINUTES, say, signal } = context;
  const product = await startProduct(lab);
  // It takes no leaves, so that what is counted is the price of serving itself: neighbours, index, ads.
  await startSupernode(lab, MEASURED.fullPeer, ["--max-reservations", "0"]);
  const house = openHouse(lab, product.pageAddress, signal);
  const peers: HeadlessPeer[] = [];
  try {
    const alice = await house.chromium("Alice", { host: "alice", toneHz: 1000 });
    const carol = await house.chromium("Carol", { host: "carol", toneHz: 440 });
    for (const [person, contact, mode] of [
      [alice, "bob", "p2p"],
      [carol, "dave", "central"],
    ] as const)
      peers.push(await befriend(lab, product.pageAddress, { person, contact, mode }));
    say(`settling for ${SETTLING_MS / MINUTE_MS} minutes, then counting for ${minutes}`);
    await pause(clock, SETTLING_MS, signal);
    const before = await lab.counters();
    const startedAt = clock.now();
    await pause(clock, minutes * MINUTE_MS, signal);
    const after = await lab.counters();
    const hours = (clock.now() - startedAt) / (60 * MINUTE_MS);
    await Promise.all([alice.seePresence("bob", "online"), carol.seePresence("dave", "online")]);
    const traffic = (role: Role): Traffic => trafficOf(before.get(MEASURED[role]), after.get(MEASURED[role]), hours);
    const figures = {
      leaf: traffic("leaf"),
      centralClient: traffic("centralClient"),
      fullPeer: traffic("fullPeer"),
    };
    for (const role of Object.keys(MEASURED) as Role[]) say(lineOf(role, figures[role]));
    say(`${"others".padEnd(16)}${OTHERS}`);
    const { leaf, centralClient } = figures;
    const isGood =
      leaf.bytesPerHour <= AIMS.bytesPerHour &&
      leaf.packetsPerHour <= AIMS.packetsPerHour &&
      leaf.bytesPerHour <= AIMS.timesCentral * centralClient.bytesPerHour &&
      leaf.packetsPerHour <= AIMS.timesCentral * centralClient.packetsPerHour;
    return {
      verdict: isGood ? "as-expected" : "not-as-expected",
      figures: {
        ...figures,
        minutes,
        what: "leaf, centralClient: the page in Chromium; fullPeer: a supernode that takes no leaves",
      },
    };
  } finally {
    await Promise.allSettled([house.close(), ...peers.map((peer) => peer.kill())]);
  }
}

/** A person at the page and a headless contact of theirs, who wrote to each other once. */
async function befriend(
  lab: Lab,
  page: string,
  { person, contact, mode }: { readonly person: Person; readonly contact: string; readonly mode: "p2p" | "central" },
): Promise<HeadlessPeer> {
  const peer = await startHeadlessPeer({
    name: contact,
    page,
    flags: ["--mode", mode],
    through: ["ip", "netns", "exec", lab.host(contact).namespace],
  });
  await online(peer, mode);
  await person.arrive();
  await person.switchTo(mode);
  await person.add(peer.link);
  await peer.order({ kind: "add-contact", link: await person.link() });
  await person.open(contact);
  await person.seePresence(contact, "online");
  await person.say("here I am");
  await person.see("here I am", "delivered", "read");
  return peer;
}

function trafficOf(before: LinkCounters | undefined, after: LinkCounters | undefined, hours: number): Traffic {
  if (before === undefined || after === undefined) throw new Error("a link without counters");
  const perHour = (figure: "outBytes" | "outPackets"): number =>
    Math.round((after.up[figure] - before.up[figure] + after.down[figure] - before.down[figure]) / hours);
  return { bytesPerHour: perHour("outBytes"), packetsPerHour: perHour("outPackets") };
}

function lineOf(role: Role, { bytesPerHour, packetsPerHour }: Traffic): string {
  return `${role.padEnd(16)}${(bytesPerHour / 1000).toFixed(1)} kB and ${packetsPerHour} packets an hour`;
}
