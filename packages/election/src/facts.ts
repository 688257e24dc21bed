import type { Headroom } from "./headroom.ts";
import { slotsOf } from "./headroom.ts";
import { type Drawn, drawn } from "./lottery.ts";
import { type Need, needOf, type OwnPart } from "./need.ts";
import { switchAt, type VersionNotice } from "./notice.ts";
import { type PortStatus, portStatus } from "./reachability.ts";
import { type OperatorSettings, servingHours } from "./settings.ts";
import { type Standing, standingOf } from "./standing.ts";
import type { ElectionState } from "./state.ts";
import { remainingMs } from "./uptime.ts";

/** Everything a decision weighs, flat, so that a page can show it and a what-if form can change it. */
export interface Facts {
  readonly role: OperatorSettings["role"];
  readonly standing: Standing;
  readonly killSwitch: VersionNotice["election"];
  readonly inHours: "yes" | "no";
  readonly monthGB: number;
  readonly monthlyGB: number;
  readonly power: Headroom["power"] | "unknown";
  readonly connection: Headroom["connection"] | "unknown";
  readonly wsPort: PortStatus;
  readonly udpPort: PortStatus;
  readonly reachableForMs: number;
  readonly unreachableForMs: number;
  readonly expectedUptimeMs: number;
  readonly cpuFreePct: number;
  readonly memoryFreeMiB: number;
  readonly uplinkFreeKBps: number;
  readonly descriptorsFree: number;
  /** Slots it could offer. */
  readonly slots: number;
  readonly restLeftMs: number;
  /** `undefined` until the cell was looked at. */
  readonly cell: Need | undefined;
  /** Own load as a supernode, percent, turned-away leaves included; 0 for a leaf. */
  readonly ownLoadPct: number;
  /** Our ticket of this epoch, and the chance reached by now: it wins while it is below. */
  readonly ticket: number;
  readonly chance: number;
  /** When within this epoch our ticket wins; `Infinity` when it does not. */
  readonly turnAt: number;
}

/** Reads the state as facts at `now`. */
export function factsOf(state: ElectionState, now: number): Facts {
  const { cell, headroom, policy, reachability, role, settings, setup } = state;
  const { tuning } = setup;
  const { reachableSince, unreachableSince, verdicts } = reachability;
  const own = ownPart(state);
  const need = cell === undefined ? undefined : needOf(cell, own, policy, now, tuning);
  return {
    role: settings.role,
    standing: standingOf(setup.build, policy),
    killSwitch: switchAt(policy, now),
    inHours: servingHours(settings, now).open,
    monthGB: headroom?.monthGB ?? 0,
    monthlyGB: settings.monthlyGB ?? Number.POSITIVE_INFINITY,
    power: headroom?.power ?? "unknown",
    connection: headroom?.connection ?? "unknown",
    wsPort: portStatus(verdicts, "ws", tuning),
    udpPort: portStatus(verdicts, "udp", tuning),
    reachableForMs: reachableSince === undefined ? 0 : now - reachableSince,
    unreachableForMs: unreachableSince === undefined ? 0 : now - unreachableSince,
    expectedUptimeMs: remainingMs({ sessions: state.sessions, ageMs: now - state.startedAt }),
    cpuFreePct: headroom?.cpuFreePct ?? 0,
    memoryFreeMiB: headroom?.memoryFreeMiB ?? 0,
    uplinkFreeKBps: headroom?.uplinkFreeKBps ?? 0,
    descriptorsFree: headroom?.descriptorsFree ?? 0,
    slots: headroom === undefined ? 0 : slotsOf(headroom, settings, tuning),
    restLeftMs: role.kind === "leaf" ? Math.max(0, role.restUntil - now) : 0,
    cell: need,
    ownLoadPct: own === undefined ? 0 : (100 * (own.leaves + own.turnedAway)) / Math.max(1, own.slots),
    ...draw(state, need, now),
  };
}

/** Ourselves as the cell sees us, while we are announced. */
function ownPart({ headroom, offered, role, setup }: ElectionState): OwnPart | undefined {
  if (role.kind !== "settling" && role.kind !== "serving") return undefined;
  const { leaves, turnedAway } = headroom ?? { leaves: 0, turnedAway: 0 };
  const { self: id, build } = setup;
  return { id, build, since: role.since, slots: Math.max(offered, leaves), leaves, turnedAway };
}

/** Where the lottery stands: a leaf draws to start, a supernode to leave. */
function draw(state: ElectionState, need: Need | undefined, now: number): Drawn {
  const { role, setup } = state;
  const { epochMs, shrinkPct } = setup.tuning;
  if (role.kind === "leaf") {
    const wanted = { winners: winnersOf(state, need), crowd: need?.crowd ?? 1, since: role.neededSince ?? now };
    return drawn(setup.self, "start", wanted, now, epochMs);
  }
  const since = role.kind === "serving" ? (role.surplusSince ?? now) : now;
  const all = need?.supernodes ?? 1;
  const winners = Math.min(need?.surplus ?? 0, Math.max(1, (all * shrinkPct) / 100));
  return drawn(setup.self, "leave", { winners, crowd: all, since }, now, epochMs);
}

/** How many of the crowd may start in this epoch; an unproven one counts what is left of the cap. */
function winnersOf({ policy, setup }: ElectionState, need: Need | undefined): number {
  if (need === undefined) return 0;
  const room = Math.min(need.missing, need.startsAllowed - need.starts);
  return standingOf(setup.build, policy) === "unproven" ? Math.min(room, need.unprovenAllowed - need.unproven) : room;
}
