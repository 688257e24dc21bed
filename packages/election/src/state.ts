import type { DeviceId } from "@skein/core";
import type { BuildId } from "./build.ts";
import type { CellView } from "./cell.ts";
import type { Tuning } from "./defaults.ts";
import type { Headroom } from "./headroom.ts";
import type { VersionPolicy } from "./notice.ts";
import { type Reachability, untried } from "./reachability.ts";
import type { Role } from "./role.ts";
import type { OperatorSettings } from "./settings.ts";
import { withSession } from "./uptime.ts";

/** What never changes while a node runs. */
export interface Setup {
  readonly self: DeviceId;
  readonly build: BuildId;
  readonly tuning: Tuning;
}

/** Everything the election of one node knows. */
export interface ElectionState {
  readonly setup: Setup;
  readonly settings: OperatorSettings;
  readonly policy: VersionPolicy;
  readonly startedAt: number;
  /** Lengths of earlier sessions, ms. */
  readonly sessions: readonly number[];
  /** When it was forced out of service, within the last day. */
  readonly forcedEnds: readonly number[];
  readonly reachability: Reachability;
  /** Not measured yet: unfit. */
  readonly headroom: Headroom | undefined;
  readonly cell: CellView | undefined;
  /** When a look at the cell was last asked for. */
  readonly lookedAt: number;
  readonly role: Role;
  /** The wake-up last asked for; `Infinity` for none. */
  readonly wakeAt: number;
  /** Slots the driver was last told to offer. */
  readonly offered: number;
}

/** What a driver keeps on disk, written every minute and at the end. */
export interface ElectionMemory {
  readonly sessions: readonly number[];
  readonly forcedEnds: readonly number[];
  readonly restUntil: number;
  /** The session that was running, and whether it served. */
  readonly session: { readonly startedAt: number; readonly aliveAt: number; readonly role: Role["kind"] } | undefined;
}

/** Nothing is remembered. */
export const noMemory: ElectionMemory = { sessions: [], forcedEnds: [], restUntil: 0, session: undefined };

/** How long a forced end is remembered, ms. */
const FORCED_MEMORY_MS: number = 24 * 3_600_000;

/**
 * The election of a node that starts at `now`: a leaf. A memory whose last session still served tells of a crash: the
 * first of a day is forgiven, those after it make rest (docs/spec/election.md#EL18).
 */
export function initialElection(
  options: Setup & { readonly settings: OperatorSettings; readonly policy: VersionPolicy },
  memory: ElectionMemory,
  now: number,
): ElectionState {
  const { self, build, tuning, settings, policy } = options;
  const { session } = memory;
  const sessions =
    session === undefined ? memory.sessions : withSession(memory.sessions, session.aliveAt - session.startedAt);
  const crashedAt = session === undefined || session.role === "leaf" ? [] : [Math.min(session.aliveAt, now)];
  const forcedEnds = recentEnds([...memory.forcedEnds, ...crashedAt], now);
  const rest = crashedAt.length === 0 || forcedEnds.length < 2 ? 0 : restMs(forcedEnds.length - 1, tuning);
  return {
    setup: { self, build, tuning },
    settings,
    policy,
    startedAt: now,
    sessions,
    forcedEnds,
    reachability: untried,
    headroom: undefined,
    cell: undefined,
    lookedAt: Number.NEGATIVE_INFINITY,
    role: {
      kind: "leaf",
      restUntil: Math.max(Math.min(memory.restUntil, now + tuning.longestRestMs), now + rest),
      neededSince: undefined,
    },
    wakeAt: Number.POSITIVE_INFINITY,
    offered: 0,
  };
}

/** What to keep on disk. */
export function memoryOf(state: ElectionState, now: number): ElectionMemory {
  const { role, sessions, forcedEnds, startedAt } = state;
  return {
    sessions,
    forcedEnds,
    restUntil: role.kind === "leaf" ? role.restUntil : 0,
    session: { startedAt, aliveAt: now, role: role.kind },
  };
}

/** The rest after the n-th forced end of a day: doubles each time, up to the longest. */
export function restMs(forcedEnds: number, tuning: Tuning): number {
  return Math.min(tuning.restMs * 2 ** Math.max(0, forcedEnds - 1), tuning.longestRestMs);
}

/** Forced ends of the last day; at most sixteen. */
export function recentEnds(ends: readonly number[], now: number): readonly number[] {
  return ends.filter((at) => at > now - FORCED_MEMORY_MS).slice(-16);
}
