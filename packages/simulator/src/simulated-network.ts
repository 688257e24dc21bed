import { noMemory, type Tuning, type VersionPolicy } from "@skein/election";
import { type Chance, createChance } from "./chance.ts";
import { createDirectory } from "./directory.ts";
import { createElectionDriver } from "./election-driver.ts";
import { createLeafLife } from "./leaf-life.ts";
import { createMember, type Member, offeredBy } from "./member.ts";
import { availability, drawPopulation, meetSession, type PopulationOptions } from "./population.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

/** A network of members that come and go, each running the product's election. */
export interface SimulatedNetwork {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly members: readonly Member[];
  readonly online: ReadonlySet<Member>;
  /** Ends a session from outside, as when a process is killed; the member comes back after an absence. */
  kill(member: Member): void;
}

/** What happens to supernodes. */
export type SupernodeChange = "opened" | "ended" | "vanished";

/** How the network is. */
export interface NetworkScenario {
  /** Online on average. */
  readonly nodes: number;
  readonly seed: number;
  readonly tuning: Tuning;
  readonly population: PopulationOptions;
}

/** When virtual time begins: some day in June 2027. */
const START: number = Date.UTC(2027, 5, 1);

/** How often ads are renewed and supernodes measured, ms. */
const ADS_EVERY_MS = 30_000;
const MEASURE_EVERY_MS = 30_000;

/** Sessions a member remembers at the start. */
const REMEMBERED = 6;

const BUILDS = { proven: "skein-1.0.0", unproven: "skein-1.1.0" } as const;

const policy: VersionPolicy = {
  kind: "notice",
  heardAt: START,
  notice: {
    sequence: 1,
    issuedAt: START,
    expiresAt: START + 4_000_000_000,
    minimumVersion: "1.0.0",
    provenBuilds: [BUILDS.proven],
    revokedBuilds: [],
    election: "open",
    bytes: new Uint8Array(),
  },
};

/**
 * Makes a network that has run for ever, except that only its pinned supernodes serve yet: sessions and absences are met
 * in the middle, histories are remembered.
 */
export function createSimulatedNetwork(
  scenario: NetworkScenario,
  onChange: (what: SupernodeChange) => void,
): SimulatedNetwork {
  const { population, tuning } = scenario;
  const chance = createChance(scenario.seed);
  const timeline = createTimeline(START);
  const members = drawPopulation(scenario.nodes, population, chance).map(createMember);
  const candidatesAt = new Map<Member, number>();
  const directory = createDirectory(chance, (member) => candidatesAt.get(member) ?? 0);
  const leaves = createLeafLife(timeline, directory, chance);
  const driver = createElectionDriver({
    timeline,
    directory,
    leaves,
    tuning,
    policy,
    builds: BUILDS,
    onChange: (what) => onChange(what === "opens" ? "opened" : "ended"),
  });

  const online = new Set<Member>();
  const drawSession = ({ profile }: Member): number => chance.weibull(profile.sessionScaleMs, population.session.shape);
  const come = (member: Member, ageMs: number, leftMs: number): void => {
    member.presence = "online";
    member.session += 1;
    online.add(member);
    const { session } = member;
    if (leftMs < Number.POSITIVE_INFINITY)
      timeline.later(leftMs, () => {
        if (member.session === session) go(member, "vanished");
      });
    driver.begin(member, ageMs);
  };
  const go = (member: Member, how: "killed" | "vanished"): void => {
    if (offeredBy(member) > 0) onChange("vanished");
    driver.end(member);
    member.presence = "away";
    member.session += 1;
    online.delete(member);
    leaves.release(member);
    leaves.drop(member, how);
    const { scaleMs, shape } = population.absence;
    timeline.later(chance.weibull(scaleMs, shape), () => come(member, 0, drawSession(member)));
  };
  const every = (ms: number, act: () => void): void =>
    timeline.later(ms, () => {
      act();
      every(ms, act);
    });

  for (const member of members) {
    const { sessionScaleMs } = member.profile;
    if (sessionScaleMs < Number.POSITIVE_INFINITY)
      member.memory = { ...noMemory, sessions: Array.from({ length: REMEMBERED }, () => drawSession(member)) };
    if (chance.fraction() < availability(sessionScaleMs, population)) {
      const { ageMs, leftMs } = meetSession(sessionScaleMs, population.session.shape, chance);
      come(member, ageMs, leftMs);
    } else {
      const { leftMs } = meetSession(population.absence.scaleMs, population.absence.shape, chance);
      timeline.later(leftMs, () => come(member, 0, drawSession(member)));
    }
  }
  every(ADS_EVERY_MS, () => {
    candidatesAt.clear();
    for (const { homes, standing } of online) {
      const [home] = homes;
      if (standing === "candidate" && home !== undefined) candidatesAt.set(home, (candidatesAt.get(home) ?? 0) + 1);
    }
    directory.refresh(timeline.now());
  });
  every(MEASURE_EVERY_MS, () => {
    for (const member of online) if (offeredBy(member) > 0) driver.measure(member);
  });
  return { timeline, chance, members, online, kill: (member) => go(member, "killed") };
}
