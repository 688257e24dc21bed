import type { DeviceId } from "@skein/core";
import type { Tuning } from "./defaults.ts";

/** The two ports a supernode needs: WebSocket over TCP, and webrtc-direct over UDP. */
export type PortKind = "ws" | "udp";

/** What one helper found when it dialled us back. */
export interface Verdict {
  readonly port: PortKind;
  readonly helper: DeviceId;
  /** Where the helper is: its /16 as we see it. `operator`: what a human configured; it stands alone and does not age. */
  readonly network: string;
  readonly outcome: "reached" | "not-reached";
  readonly at: number;
}

/** Helpers' verdicts kept: the newest of each helper and port. */
export const MAX_VERDICTS = 32;

/** What the verdicts together say of one port. `unknown`: too few to tell. */
export type PortStatus = "reachable" | "unreachable" | "unknown";

/** What we know of being reached from outside; times in ms. */
export interface Reachability {
  readonly verdicts: readonly Verdict[];
  /** Since when both ports are reachable without a break. */
  readonly reachableSince: number | undefined;
  /** Since when at least one is unreachable without a break. */
  readonly unreachableSince: number | undefined;
}

/** Nobody has tried yet. */
export const untried: Reachability = { verdicts: [], reachableSince: undefined, unreachableSince: undefined };

/** Takes one verdict into account. */
export function withVerdict(known: Reachability, verdict: Verdict, now: number, tuning: Tuning): Reachability {
  const others = known.verdicts.filter((old) => old.helper !== verdict.helper || old.port !== verdict.port);
  const words = others.filter(isOperators);
  const helpers = others.filter((old) => !isOperators(old)).slice(1 - MAX_VERDICTS);
  return settle({ ...known, verdicts: [...words, ...helpers, verdict] }, now, tuning);
}

/** Lets time pass: old verdicts stop counting. */
export function settle(known: Reachability, now: number, tuning: Tuning): Reachability {
  const verdicts = known.verdicts.filter((each) => isOperators(each) || each.at > now - tuning.verdictLifeMs);
  const ports = (["ws", "udp"] as const).map((port) => portStatus(verdicts, port, tuning));
  const reachable = ports.every((status) => status === "reachable");
  const unreachable = ports.some((status) => status === "unreachable");
  return {
    verdicts,
    reachableSince: reachable ? (known.reachableSince ?? now) : undefined,
    unreachableSince: unreachable ? (known.unreachableSince ?? now) : undefined,
  };
}

/** How many helpers reached a port, and how many did not; where networks must be distinct, the newest of each counts. */
function countVerdicts(
  verdicts: readonly Verdict[],
  port: PortKind,
  tuning: Tuning,
): { readonly reached: number; readonly missed: number } {
  const byVoter = new Map<string, Verdict>();
  for (const verdict of verdicts) {
    if (verdict.port !== port) continue;
    const voter = tuning.helperNetworks === "distinct" ? verdict.network : verdict.helper;
    const old = byVoter.get(voter);
    if (old === undefined || old.at <= verdict.at) byVoter.set(voter, verdict);
  }
  const reached = [...byVoter.values()].filter(({ outcome }) => outcome === "reached").length;
  return { reached, missed: byVoter.size - reached };
}

/** A port is what most say, once enough agree: one liar can neither promote nor demote. The operator's word stands alone. */
export function portStatus(verdicts: readonly Verdict[], port: PortKind, tuning: Tuning): PortStatus {
  const word = verdicts.findLast((verdict) => verdict.port === port && isOperators(verdict));
  if (word !== undefined) return word.outcome === "reached" ? "reachable" : "unreachable";
  const { reached, missed } = countVerdicts(verdicts, port, tuning);
  if (reached >= tuning.helpers && reached > missed) return "reachable";
  if (missed >= tuning.helpers && missed > reached) return "unreachable";
  return "unknown";
}

function isOperators(verdict: Verdict): boolean {
  return verdict.network === "operator";
}
