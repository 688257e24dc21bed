import { type ElectionState, type Reason, type ReasonName, sayValue, type Verdicts } from "@skein/election";
import type { ElectionView } from "@skein/network-p2p/supernode";

/** What each thing weighed is called for people. */
const LABELS: Readonly<Record<ReasonName, string>> = {
  role: "Operator's role",
  build: "Build",
  "kill-switch": "Election by notice",
  hours: "Within its hours",
  "monthly-traffic": "Traffic this month",
  power: "Power",
  connection: "Connection",
  "ws-port": "WebSocket port",
  "udp-port": "WebRTC port",
  "reachable-for": "Reachable for",
  "expected-uptime": "Expected uptime",
  "cpu-free": "CPU free",
  "memory-free": "Memory free",
  "uplink-free": "Bandwidth free",
  "descriptors-free": "File descriptors free",
  slots: "Slots it could offer",
  rest: "Rest left",
  missing: "Supernodes missing",
  starts: "Others starting now",
  unproven: "Unproven builds",
  ticket: "Lottery ticket",
  "unreachable-for": "Unreachable for",
  surplus: "Supernodes too many",
  "own-load": "Own load",
};

const RULES: Readonly<Record<Reason["rule"], string>> = {
  is: "is",
  "is-not": "is not",
  "at-least": "at least",
  "at-most": "at most",
  below: "below",
};

/** One thing weighed, in words. */
export interface ReasonView {
  readonly about: ReasonName;
  readonly label: string;
  readonly value: string;
  readonly needs: string;
  readonly verdict: Reason["verdict"];
}

/** Puts a reason into words. */
export function viewReason({ about, rule, threshold, unit, value, verdict }: Reason): ReasonView {
  return {
    about,
    label: LABELS[about],
    value: sayValue(unit === "MiB" ? Math.round(Number(value)) : value, unit),
    needs: `${RULES[rule]} ${sayValue(threshold, unit)}`,
    verdict,
  };
}

const NEED_AND_TURN: ReadonlySet<ReasonName> = new Set(["missing", "starts", "unproven", "ticket"]);

/** Whether this is about being needed and its turn; the other things weighed are about being fit. */
export function isOfNeed(about: ReasonName): boolean {
  return NEED_AND_TURN.has(about);
}

/** What stands in the way, e.g. `expected uptime 2.0 h (must be at least 4.0 h)`; empty when nothing does. */
function sayFailing(reasons: readonly Reason[], of: "fitness" | "turn"): string {
  return reasons
    .filter(({ about, verdict }) => verdict === "fail" && isOfNeed(about) === (of === "turn"))
    .map(viewReason)
    .map(({ label, needs, value }) => `${inSentence(label)} ${value} (must be ${needs.replace(/^is /, "")})`)
    .join(", ");
}

/** A label within a sentence; abbreviations stay as they are. */
function inSentence(label: string): string {
  return /^[A-Z][a-z]/.test(label) && !label.startsWith("Web")
    ? `${label.charAt(0).toLowerCase()}${label.slice(1)}`
    : label;
}

/** What a verdict means, in a sentence. */
export function sayVerdict({ outcome, reasons }: Verdicts): string {
  switch (outcome) {
    case "elected":
      return "It would start to serve now.";
    case "unfit":
      return `Not fit to serve: ${sayFailing(reasons, "fitness")}.`;
    case "not-needed":
      return reasons.some(({ about, value }) => about === "missing" && value === "unknown")
        ? "Fit to serve. It has not looked at its cell yet."
        : "Fit to serve, and not needed: the cell lacks no supernode.";
    case "not-now":
      return `Fit and needed; it is not its turn: ${sayFailing(reasons, "turn") || "its view of the cell is old"}.`;
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  operator: "its operator wants it so",
  revoked: "its build was revoked",
  "below-floor": "its version is below the floor",
  closed: "the operator of the network closed the election",
  hours: "its hours are over",
  budget: "the traffic of this month is spent",
  battery: "the machine runs on battery",
  metered: "its connection is metered",
  unreachable: "other supernodes cannot reach its ports",
  surplus: "the cell has more supernodes than it needs",
  "growth-cap": "enough others started before it",
  overtaken: "those who came before it are enough",
  "diversity-cap": "unproven builds hold their share of the cell",
};

/** Why a node is what it is, in a sentence. */
export function sayState({ decision, state }: ElectionView, verdict: Verdicts): string {
  const { role, settings } = state;
  switch (role.kind) {
    case "serving":
      return settings.role === "always" ? "It serves because its operator pinned it." : sayElected(state);
    case "settling":
      return "Announced, and closed to leaves until it is clear who else started.";
    case "stepping-down":
      return `Going out of service: ${CAUSES[role.cause] ?? role.cause}. Stage: ${role.stage}.`;
    case "leaf":
      // The machine's own word; the verdict of this moment puts it into figures.
      return decision.kind === "stay" && decision.because === "not-now" && verdict.outcome === "elected"
        ? "Fit and needed; it looks at its cell once more before it starts."
        : sayVerdict(verdict);
  }
}

function sayElected({ role }: ElectionState): string {
  const wanted = role.kind === "serving" && role.surplusSince !== undefined;
  return wanted
    ? "It elected itself. The cell has more supernodes than it needs; some will go by lot."
    : "It elected itself because its cell lacked supernodes.";
}
