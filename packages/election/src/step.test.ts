import type { DeviceId } from "@skein/core";
import { describe, expect, test } from "vitest";
import type { SupernodeReport } from "./cell.ts";
import { productionTuning as tuning } from "./defaults.ts";
import { factsOf } from "./facts.ts";
import type { Headroom } from "./headroom.ts";
import type { Decision, ElectionInput, ElectionOutput } from "./input.ts";
import type { VersionNotice, VersionPolicy } from "./notice.ts";
import { type Cause, STAGES } from "./role.ts";
import type { OperatorSettings } from "./settings.ts";
import { type ElectionMemory, type ElectionState, initialElection, memoryOf, noMemory } from "./state.ts";
import { step } from "./step.ts";
import { noticeTurn } from "./stopping.ts";
import { whatIf } from "./what-if.ts";

const NOW = 1_900_000_000_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const self = "self" as DeviceId;
const wide: Headroom = {
  cpuFreePct: 90,
  memoryFreeMiB: 8_000,
  uplinkFreeKBps: 1_000,
  descriptorsFree: 60_000,
  power: "mains",
  connection: "unmetered",
  monthGB: 0,
  leaves: 0,
  turnedAway: 0,
};

type Without<Input, Keys extends PropertyKey> = Input extends unknown ? Omit<Input, Keys> : never;

/** A node moved by hand. */
interface Hand {
  state: ElectionState;
  now: number;
  outputs: readonly ElectionOutput[];
  give(event: Without<ElectionInput, "now">, afterMs?: number): Decision;
  verdicts(outcome: "reached" | "not-reached"): void;
  /** Looks and ticks as asked until it opens, or fails. */
  untilOpen(): void;
}

function hand(
  options: { settings?: OperatorSettings; policy?: VersionPolicy; build?: string; memory?: ElectionMemory } = {},
): Hand {
  const { settings = { role: "auto" }, policy = { kind: "unmanaged" }, build = "skein-1.0.0" } = options;
  const setup = { self, build, tuning, settings, policy };
  const it: Hand = {
    state: initialElection(setup, options.memory ?? noMemory, NOW),
    now: NOW,
    outputs: [],
    give(event, afterMs = 0) {
      it.now += afterMs;
      const result = step(it.state, { ...event, now: it.now } as ElectionInput);
      it.state = result.state;
      it.outputs = result.outputs;
      return result.outputs[0] as Decision;
    },
    verdicts(outcome) {
      for (const port of ["ws", "udp"] as const)
        for (const helper of ["h1", "h2"] as DeviceId[])
          it.give({ kind: "verdict", verdict: { port, helper, network: helper, outcome, at: it.now } });
    },
    untilOpen() {
      for (let turn = 0; turn < 2_000 && it.state.role.kind !== "serving"; turn += 1) {
        it.give({ kind: "cell", heard: nobody }, 1_000);
        if (turn % 600 === 0) it.verdicts("reached");
      }
      expect(it.state.role.kind).toBe("serving");
    },
  };
  return it;
}

const nobody = { reports: [], ownTries: 0, ownFailures: 0 };

/** A node with a long past, measured and reached, a day after its start. */
function fitNode(options: Parameters<typeof hand>[0] = {}): Hand {
  const it = hand({ memory: { ...noMemory, sessions: [200 * HOUR, 300 * HOUR] }, ...options });
  it.give({ kind: "headroom", headroom: wide });
  it.verdicts("reached");
  it.give({ kind: "tick" }, tuning.reachableForMs);
  return it;
}

function serving(options: Parameters<typeof hand>[0] = {}): Hand {
  const it = fitNode(options);
  it.untilOpen();
  return it;
}

function notice(change: Partial<VersionNotice> = {}): VersionNotice {
  return {
    sequence: 2,
    issuedAt: NOW,
    expiresAt: NOW + 30 * 24 * HOUR,
    minimumVersion: "0.0.0",
    provenBuilds: ["skein-1.0.0"],
    revokedBuilds: [],
    election: "open",
    bytes: new Uint8Array(),
    ...change,
  };
}

const managed: VersionPolicy = { kind: "notice", heardAt: NOW, notice: notice({ sequence: 1 }) };

function failing(decision: Decision): readonly string[] {
  return decision.reasons.filter(({ verdict }) => verdict === "fail").map(({ about }) => about);
}

describe("fitness", () => {
  test("[EL4] an unmeasured node is unfit", () => {
    expect(failing(hand().give({ kind: "tick" }))).toContain("cpu-free");
  });

  test.each([
    [{ cpuFreePct: 39 }, "cpu-free"],
    [{ memoryFreeMiB: 255 }, "memory-free"],
    [{ uplinkFreeKBps: 127 }, "uplink-free"],
    [{ descriptorsFree: 1_023 }, "descriptors-free"],
    [{ power: "battery" }, "power"],
    [{ connection: "metered" }, "connection"],
  ] as const)("[EL4] %j keeps a node from electing itself, and nothing else does", (change, about) => {
    expect(failing(fitNode().give({ kind: "headroom", headroom: { ...wide, ...change } }))).toContain(about);
    expect(fitNode().give({ kind: "headroom", headroom: wide })).toMatchObject({ because: "not-needed" });
  });

  test("[EL5] never does not serve; always serves at once, though nobody reached it", () => {
    const never = fitNode({ settings: { role: "never" } });
    expect(never.give({ kind: "cell", heard: nobody }, MINUTE)).toMatchObject({ because: "unfit" });
    const always = hand({ settings: { role: "always" } });
    expect(always.give({ kind: "headroom", headroom: { ...wide, power: "battery" } }).kind).toBe("promote");
    expect(always.give({ kind: "tick" }, 1).kind).toBe("open");
  });

  test("[EL5] an operator who changes their mind is followed at once, both ways", () => {
    const it = serving();
    expect(it.give({ kind: "settings", settings: { role: "never" } })).toMatchObject({
      kind: "demote",
      cause: "operator",
    });
    for (const stage of STAGES) it.give({ kind: "stage-done", stage });
    expect(it.give({ kind: "settings", settings: { role: "always" } }).kind).toBe("promote");
  });

  test("[EL6] a spent budget ends the service, also of a pinned one", () => {
    const it = serving({ settings: { role: "always", monthlyGB: 50 } });
    const spent = { ...wide, monthGB: 50 };
    expect(it.give({ kind: "headroom", headroom: spent })).toMatchObject({ kind: "demote", cause: "budget" });
  });

  test("[EL6] at the end of its hours a node stops by itself", () => {
    const minute = Math.floor((NOW / MINUTE) % 1_440);
    const hours = { fromMinute: minute, toMinute: (minute + 120) % 1_440 };
    const it = serving({ settings: { role: "auto", hours } });
    it.give({ kind: "tick" });
    expect(it.state.wakeAt).toBeLessThanOrEqual(NOW + 120 * MINUTE);
    it.now = NOW + 121 * MINUTE;
    expect(it.give({ kind: "tick" })).toMatchObject({ kind: "demote", cause: "hours" });
  });
});

describe("reasons", () => {
  test("[EL7] what-if judges by the same rules and changes nothing", () => {
    const it = hand();
    it.give({ kind: "headroom", headroom: wide });
    const before = it.state;
    expect(whatIf(it.state, {}, it.now).outcome).toBe("unfit");
    const reached = {
      wsPort: "reachable",
      udpPort: "reachable",
      reachableForMs: HOUR,
      expectedUptimeMs: 9 * HOUR,
    } as const;
    expect(whatIf(it.state, reached, it.now).outcome).toBe("not-needed");
    it.give({ kind: "cell", heard: nobody });
    const { cell } = factsOf(it.state, it.now);
    expect(whatIf(it.state, { ...reached, ticket: 0, chance: 1 }, it.now).outcome).toBe("elected");
    expect(whatIf(it.state, { ...reached, ticket: 1, chance: 0 }, it.now).outcome).toBe("not-now");
    expect(whatIf(it.state, { ...reached, cell: cell && { ...cell, missing: 0 } }, it.now).outcome).toBe("not-needed");
    expect({ ...before, cell: undefined }).toEqual({ ...it.state, cell: undefined, lookedAt: before.lookedAt });
  });

  test("[EL7] every reason carries value, rule, threshold, unit and verdict", () => {
    const decision = fitNode().give({ kind: "cell", heard: nobody });
    expect(decision.reasons.length).toBeGreaterThan(15);
    expect(decision.reasons).toContainEqual({
      about: "reachable-for",
      value: tuning.reachableForMs,
      rule: "at-least",
      threshold: tuning.reachableForMs,
      unit: "ms",
      verdict: "pass",
    });
  });
});

describe("ends", () => {
  test("[EL17] out of service in order, a stage ends when done or overdue, and nothing turns it back", () => {
    const it = serving();
    const stages: string[] = [];
    const note = (decision: Decision): void => {
      if (decision.kind === "demote") stages.push(decision.stage);
    };
    note(it.give({ kind: "headroom", headroom: { ...wide, power: "battery" } }));
    note(it.give({ kind: "headroom", headroom: wide }));
    note(it.give({ kind: "stage-done", stage: "close" }));
    note(it.give({ kind: "stage-done", stage: "refuse" }));
    note(it.give({ kind: "tick" }, tuning.stageMs - 1));
    expect(stages).toEqual(["refuse", "unlist"]);
    note(it.give({ kind: "tick" }, 1));
    note(it.give({ kind: "stage-done", stage: "hand-over" }));
    note(it.give({ kind: "stage-done", stage: "dht-client" }));
    expect(stages).toEqual([...STAGES]);
    expect(it.outputs).not.toContainEqual({ kind: "offer", slots: 0 });
    expect(it.state.offered).toBe(0);
    it.give({ kind: "stage-done", stage: "close" });
    expect(it.state.role).toMatchObject({ kind: "leaf", restUntil: it.now + tuning.restMs });
  });

  test.each([
    ["unreachable", (it: Hand) => endUnreachable(it)],
    ["battery", (it: Hand) => it.give({ kind: "headroom", headroom: { ...wide, power: "battery" } })],
    ["metered", (it: Hand) => it.give({ kind: "headroom", headroom: { ...wide, connection: "metered" } })],
  ] as const)("[EL18] a service ended as %s costs more rest each time within a day", (cause: Cause, end) => {
    const it = serving();
    const rests: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      expect(end(it)).toMatchObject({ kind: "demote", cause });
      for (const stage of STAGES) it.give({ kind: "stage-done", stage });
      if (it.state.role.kind === "leaf") rests.push(it.state.role.restUntil - it.now);
      it.verdicts("reached");
      it.give({ kind: "headroom", headroom: wide });
      it.now += rests.at(-1) ?? 0;
      it.verdicts("reached");
      it.now += tuning.reachableForMs;
      it.untilOpen();
    }
    expect(rests).toEqual([1, 2, 4].map((times) => times * tuning.restMs));
  });

  test("[EL18] the first crash of a day is forgiven, the next make rest, and sessions are learnt from", () => {
    const it = serving();
    const crash = (): void => {
      const memory = memoryOf(it.state, it.now);
      it.state = initialElection(
        { self, build: "skein-1.0.0", tuning, settings: { role: "auto" }, policy: { kind: "unmanaged" } },
        memory,
        it.now,
      );
    };
    const lived = it.now - NOW;
    crash();
    expect(it.state.sessions.at(-1)).toBe(lived);
    expect(it.state.role).toMatchObject({ restUntil: it.now });
    it.state = { ...it.state, role: { kind: "serving", since: it.now, openedAt: it.now, surplusSince: undefined } };
    crash();
    expect(it.state.role).toMatchObject({ restUntil: it.now + tuning.restMs });
    crash();
    expect(it.state.role).toMatchObject({ restUntil: it.now + tuning.restMs });
  });

  test("[EL20] helpers that fall silent end nothing; a short failure ends nothing", () => {
    const it = serving();
    it.give({ kind: "tick" }, 10 * HOUR);
    expect(it.state.role.kind).toBe("serving");
    it.verdicts("not-reached");
    expect(it.state.wakeAt).toBeLessThanOrEqual(it.now + tuning.unreachableForMs);
    it.give({ kind: "tick" }, tuning.unreachableForMs - 1);
    expect(it.state.role.kind).toBe("serving");
  });

  test("[EL21] as surplus goes only who has served its time, while the cell is calm and it is not full itself", () => {
    for (const [leaves, cause] of [
      [0, "surplus"],
      [300, undefined],
    ] as const) {
      const it = serving();
      it.give({ kind: "headroom", headroom: { ...wide, leaves } });
      const opened = it.now;
      let decision: Decision | undefined;
      while (decision?.kind !== "demote" && it.now < opened + 12 * HOUR) {
        const reports = idleCell(9, { heardAt: it.now });
        decision = it.give({ kind: "cell", heard: { ...nobody, reports } }, it.state.wakeAt - it.now);
      }
      expect(decision?.kind === "demote" ? decision.cause : undefined).toBe(cause);
      expect(it.now - opened).toBeGreaterThanOrEqual(tuning.leastServiceMs);
    }
  });
});

describe("newcomers", () => {
  /** A node that has just started, and what it sees of `count` others that started so much before or after it. */
  function settled(count: number, aheadMs: number, leaves = 400): Decision {
    const it = fitNode();
    for (let turn = 0; turn < 2_000 && it.state.role.kind !== "settling"; turn += 1)
      it.give({ kind: "cell", heard: nobody }, 1_000);
    expect(it.state.offered).toBe(0);
    const since = it.now - aheadMs;
    it.now += tuning.settleMs;
    return it.give({
      kind: "cell",
      heard: { ...nobody, reports: idleCell(count, { since, leaves, heardAt: it.now }) },
    });
  }

  test("[EL13] [EL14] who sees that enough came before withdraws, else it opens", () => {
    expect(settled(3, 1)).toMatchObject({ kind: "demote", cause: "growth-cap" });
    expect(settled(2, 1)).toMatchObject({ kind: "open" });
    expect(settled(5, -1)).toMatchObject({ kind: "open" });
    expect(settled(3, tuning.growthWindowMs)).toMatchObject({ kind: "open" });
    // Started in the same millisecond: "s0" to "s2" come before "self", and everyone agrees on that.
    expect(settled(3, 0)).toMatchObject({ kind: "demote", cause: "growth-cap" });
  });

  test("[EL14] who is not missed any more beside those who came before withdraws; those who came after do not count", () => {
    expect(settled(3, tuning.growthWindowMs, 100)).toMatchObject({ kind: "demote", cause: "overtaken" });
    expect(settled(3, -1, 100)).toMatchObject({ kind: "open" });
  });

  test("[EL14] one whom nobody tells anything any more opens all the same", () => {
    const it = fitNode();
    for (let turn = 0; turn < 2_000 && it.state.role.kind !== "settling"; turn += 1)
      it.give({ kind: "cell", heard: nobody }, 1_000);
    expect(it.give({ kind: "tick" }, tuning.settleMs)).toMatchObject({ because: "settling" });
    expect(it.outputs).toContainEqual({ kind: "look" });
    expect(it.give({ kind: "tick" }, tuning.settleMs)).toMatchObject({ kind: "open" });
  });
});

describe("the operator of the network", () => {
  test("[EL23] [EL25] revoked and outdated builds do not start, and stop at their own moment within the grace", () => {
    const cases: readonly (readonly [Partial<VersionNotice>, "revoked" | "below-floor", number])[] = [
      [{ revokedBuilds: ["skein-1.0.0"] }, "revoked", tuning.revokedGraceMs],
      [{ minimumVersion: "1.0.1" }, "below-floor", tuning.floorGraceMs],
    ];
    for (const [change, cause, graceMs] of cases) {
      const late = fitNode({ policy: managed });
      late.give({ kind: "notice", notice: notice(change) });
      expect(failing(late.give({ kind: "cell", heard: nobody }))).toContain("build");
      const it = serving({ policy: managed });
      it.give({ kind: "notice", notice: notice(change) });
      const turn = noticeTurn(it.state, cause);
      expect(turn - it.now).toBeLessThan(graceMs);
      expect(it.give({ kind: "tick" }, turn - 1 - it.now).kind).toBe("stay");
      expect(it.give({ kind: "tick" }, 2)).toMatchObject({ kind: "demote", cause });
    }
  });

  test("[EL26] frozen keeps leaves leaves; closed also ends those that elected themselves, not the pinned", () => {
    const leaf = fitNode({ policy: managed });
    leaf.give({ kind: "notice", notice: notice({ election: "frozen" }) });
    expect(failing(leaf.give({ kind: "cell", heard: nobody }))).toContain("kill-switch");
    for (const [role, election, ends] of [
      ["auto", "frozen", "serving"],
      ["auto", "closed", "stepping-down"],
      ["always", "closed", "serving"],
    ] as const) {
      const it = serving({ policy: managed, settings: { role } });
      it.give({ kind: "notice", notice: notice({ election }) });
      it.give({ kind: "tick" }, tuning.floorGraceMs);
      expect(it.state.role.kind, `${role} ${election}`).toBe(ends);
    }
  });

  test("[EL28] a canary offers a part of its slots, for its time or until its build is proven", () => {
    const waiting = { policy: managed, build: "skein-1.1.0", settings: { role: "always" as const, leaves: 400 } };
    const slow = serving(waiting);
    expect(slow.state.offered).toBe(100);
    slow.give({ kind: "tick" }, tuning.canaryMs);
    expect(slow.state.offered).toBe(400);
    const proven = serving(waiting);
    proven.give({ kind: "notice", notice: notice({ provenBuilds: ["skein-1.1.0"] }) });
    expect(proven.outputs).toContainEqual({ kind: "offer", slots: 400 });
  });
});

function idleCell(count: number, change: Partial<SupernodeReport>): SupernodeReport[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `s${index}` as DeviceId,
    network: `n${index}`,
    build: "skein-1.0.0",
    phase: "open",
    since: NOW - HOUR,
    slots: 400,
    leaves: 0,
    turnedAway: 0,
    candidates: 1,
    heardAt: NOW,
    ...change,
  }));
}

function endUnreachable(it: Hand): Decision {
  it.verdicts("not-reached");
  return it.give({ kind: "tick" }, tuning.unreachableForMs);
}
