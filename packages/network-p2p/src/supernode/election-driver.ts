import { type Clock, createLive, type Live, type Report, until } from "@skein/core";
import {
  type Decision,
  type ElectionInput,
  type ElectionMemory,
  type ElectionOutput,
  type ElectionState,
  type Headroom,
  initialElection,
  memoryOf,
  type OperatorSettings,
  step,
  type Tuning,
} from "@skein/election";
import type { Placements } from "../placements.ts";
import { createHearsay } from "./hearsay.ts";
import type { NoticeBoard } from "./notice-board.ts";
import type { ReachabilityProbe } from "./reachability-probe.ts";
import type { Supernode } from "./supernode.ts";

/** The election of one node as it stands: what the machine knows, and what it decided last. */
export interface ElectionView {
  readonly state: ElectionState;
  readonly decision: Decision;
}

/** Runs the election machine of one node: measures, asks, listens, and does what it says. docs/spec/election.md. */
export interface ElectionDriver {
  /** Changes with every step. */
  readonly view: Live<ElectionView>;
  /** The operator changed their mind. */
  setSettings(settings: OperatorSettings): void;
  /** Ends it: remembers the session, leaves the service as it is. Idempotent, never rejects. */
  stop(): Promise<void>;
}

/** Where the memory of an election is kept; apps provide it. Both may reject: what is lost is only a history of uptimes. */
export interface ElectionStore {
  load(): Promise<ElectionMemory>;
  save(memory: ElectionMemory): Promise<void>;
}

/** What it needs. */
export interface ElectionDriverDependencies {
  readonly supernode: Pick<Supernode, "id" | "service" | "heard" | "meetNeighbours" | "setCandidate" | "status">;
  readonly clock: Clock;
  readonly report: Report;
  readonly store: ElectionStore;
  readonly board: NoticeBoard;
  readonly probes: readonly ReachabilityProbe[];
  /** How leaves of this process fared at supernodes; left out: there are none. */
  readonly placements?: Pick<Placements, "within">;
  /** What the machine under us has left; leaves and those turned away are added here. */
  readonly headroom: () => Omit<Headroom, "leaves" | "turnedAway">;
}

/** How often the machine is measured, ms, and the memory kept. */
const MEASURE_EVERY_MS = 30_000;
const KEEP_EVERY_MS = 60_000;

const never: AbortSignal = new AbortController().signal;

/** Omits over each member of a union. */
type Untimed<Input> = Input extends unknown ? Omit<Input, "now"> : never;

/**
 * Starts it. The first measurement is the first step, so that a node its operator pinned serves at once. Resolves when the
 * memory is read and that step is done; rejects when that step began a service that cannot start.
 */
export async function startElection(
  options: {
    readonly build: string;
    readonly tuning: Tuning;
    readonly settings: OperatorSettings;
    readonly measureEveryMs?: number;
  },
  dependencies: ElectionDriverDependencies,
): Promise<ElectionDriver> {
  const { board, clock, headroom, placements, probes, report, store, supernode } = dependencies;
  const { build, settings, tuning } = options;
  const { service } = supernode;
  const hearsay = createHearsay();
  const setup = { self: supernode.id, build, tuning, settings, policy: board.policy() };
  let state = initialElection(setup, await store.load(), clock.now());
  const first: Decision = { kind: "stay", as: "leaf", because: "unfit", reasons: [] };
  const view = createLive<ElectionView>({ state, decision: first });
  let running: "yes" | "no" = "yes";
  let failure: unknown;
  let latest = clock.now();
  /** Roles begin and end one after the other, in the order decided. */
  let doing: Promise<void> = Promise.resolve();
  let cancelWake = (): void => {};
  let cancelMeasure = (): void => {};
  let cancelKeep = (): void => {};

  const give = (input: Untimed<ElectionInput>): void => {
    if (running === "no") return;
    latest = Math.max(latest, clock.now());
    const stepped = step(state, { ...input, now: latest } as ElectionInput);
    state = stepped.state;
    for (const output of stepped.outputs) obey(output);
  };
  const inTurn = (act: () => Promise<void>): void => {
    doing = doing.then(act).catch(fail);
  };
  /** A node whose roles cannot start (a port was taken) serves no more until it is started anew. */
  const fail = (error: unknown): void => {
    failure ??= error;
    report({ name: "election.failed", reason: reasonOf(error) });
    give({ kind: "settings", settings: { ...state.settings, role: "never" } });
  };
  const obey = (output: ElectionOutput): void => {
    switch (output.kind) {
      case "wake":
        cancelWake();
        cancelWake = clock.at(output.at, () => give({ kind: "tick" }));
        return;
      case "look":
        look().catch((error: unknown) => report({ name: "election.look-failed", reason: reasonOf(error) }));
        return;
      case "offer":
        inTurn(async () => service.offer(output.slots));
        return;
      default:
        decided(output);
    }
  };
  const decided = (decision: Decision): void => {
    view.set({ state, decision });
    supernode.setCandidate(wouldServe(decision) ? "yes" : "no");
    if (decision.kind === "stay") return;
    report({ name: "election.changed", decision: describe(decision) });
    if (decision.kind === "promote") inTurn(service.settle);
    else if (decision.kind === "open") inTurn(async () => service.open());
    else
      inTurn(async () => {
        await service.stepDown(decision.stage, tuning.stageMs);
        give({ kind: "stage-done", stage: decision.stage });
      });
  };
  /** Asks the supernodes we are connected to for what they know, all of them before a decision, and tells the machine. */
  const look = async (): Promise<void> => {
    await supernode.meetNeighbours(state.role.kind === "serving" ? "some" : "all");
    const reports = hearsay.reports(supernode.heard(), clock.now());
    const { failures, tries } = placements?.within(tuning.growthWindowMs) ?? { tries: 0, failures: 0 };
    give({ kind: "cell", heard: { reports, ownTries: tries, ownFailures: failures } });
  };
  const measure = (): void => {
    cancelMeasure = clock.at(clock.now() + (options.measureEveryMs ?? MEASURE_EVERY_MS), measure);
    const { reservations: leaves, turnedAway } = supernode.status();
    give({ kind: "headroom", headroom: { ...headroom(), leaves, turnedAway } });
  };
  const keep = (): void => {
    cancelKeep = clock.at(clock.now() + KEEP_EVERY_MS, keep);
    remember().catch(() => {});
  };
  const remember = (): Promise<void> => store.save(memoryOf(state, clock.now()));

  /** Only who would elect itself needs to know; helpers have better things to do. */
  let probing: "no" | "yes" = "no";
  const probeIf = ({ role }: OperatorSettings): void => {
    if (role !== "auto" || probing === "yes") return;
    probing = "yes";
    for (const probe of probes)
      probe.start((verdict) => {
        const { helper, outcome, port } = verdict;
        report({ name: "election.verdict", port, helper, outcome });
        give({ kind: "verdict", verdict });
      });
  };
  const unwatch = board.watch((notice) => give({ kind: "notice", notice }));
  measure();
  keep();
  probeIf(settings);
  const stop = async (): Promise<void> => {
    if (running === "no") return;
    running = "no";
    unwatch();
    cancelWake();
    cancelMeasure();
    cancelKeep();
    for (const probe of probes) probe.stop();
    // A session that is ended by its operator did not crash: remembered as a leaf's.
    const memory = memoryOf(state, clock.now());
    const session = memory.session === undefined ? undefined : { ...memory.session, role: "leaf" as const };
    await store.save({ ...memory, session }).catch(() => {});
    await doing;
  };
  // One its operator pinned opens a moment after it is announced.
  if (settings.role === "always") await until(view, ({ state: { role } }) => role.kind !== "settling", never);
  await doing;
  if (failure !== undefined) {
    await stop();
    throw failure;
  }
  return {
    view,
    stop,
    setSettings(next) {
      give({ kind: "settings", settings: next });
      probeIf(next);
    },
  };
}

/** Whether a node is fit and allowed, and only not needed or not its turn. */
export function wouldServe(decision: Decision): boolean {
  return decision.kind === "stay" && (decision.because === "not-needed" || decision.because === "not-now");
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describe(decision: Exclude<Decision, { readonly kind: "stay" }>): string {
  return decision.kind === "demote" ? `demote: ${decision.stage} (${decision.cause})` : decision.kind;
}
