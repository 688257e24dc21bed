import type { Settings, Values } from "../configuration.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { oneLine } from "../one-line.ts";
import type { StatusView } from "./status-view.ts";

/** Settings of `skein supernode status`. */
export const statusSettings = {
  at: { kind: "text", help: "HTTP address of the supernode", fallback: "http://127.0.0.1:4080" },
  json: { kind: "switch", help: "one JSON line" },
} as const satisfies Settings;

/** What the command says, and its exit code: 0 serving, 3 not serving, 1 unreachable. */
export interface StatusAnswer {
  readonly code: 0 | 1 | 3;
  readonly text: string;
}

/** How long the supernode may take to answer, ms. */
const PATIENCE_MS = 5_000;

/** Most bytes that are read. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** Asks a supernode for its status. Throws `ConfigurationError` for an address that is none; else never rejects. */
export async function askStatus({ at, json }: Values<typeof statusSettings>): Promise<StatusAnswer> {
  if (!URL.canParse(at) || !/^https?:$/.test(new URL(at).protocol))
    throw new ConfigurationError(`--at: "${at}" is not an address like http://127.0.0.1:4080`);
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(new URL("/status.json", at), { redirect: "error", signal });
    if (!response.ok) return { code: 1, text: `no supernode at ${at}: it answered ${response.status}` };
    const body = await response.text();
    if (body.length > MAX_ANSWER_BYTES) return { code: 1, text: `no supernode at ${at}: its answer is too long` };
    const status = JSON.parse(body) as StatusView;
    return { code: status.role === "serving" ? 0 : 3, text: json ? JSON.stringify(status) : sayStatus(status) };
  } catch (error) {
    return { code: 1, text: `no supernode at ${at}: ${oneLine((error as Error).cause ?? error)}` };
  }
}

/** A status for people in a terminal. */
function sayStatus(status: StatusView): string {
  const { budget, builds, cell, decisions, neighbours, reasons } = status;
  const month = budget.monthlyGB === null ? "no limit" : `of ${budget.monthlyGB} GB`;
  const rows = reasons.map(({ label, needs, value, verdict }) => [MARKS[verdict], label, value, needs]);
  return [
    `${status.role} (role ${status.setting}) · ${status.build} · ${status.id}`,
    status.sentence,
    "",
    ...columns(rows),
    "",
    `leaves ${status.leaves} of ${status.slots} slots, ${status.turnedAway} turned away in the last minute`,
    `relayed calls ${status.relayedCalls}`,
    `bandwidth ${budget.kBps.toFixed(1)} of ${budget.mostKBps} kB/s, this month ${budget.monthGB.toFixed(2)} GB, ${month}`,
    cell === null
      ? "cell not looked at yet"
      : `cell ${cell.supernodes} supernodes, load ${Math.round(cell.loadPct)} %, ${cell.missing} missing, ${cell.surplus} too many`,
    `builds ${builds.map((each) => `${each.build} ${Math.round(each.sharePct)} % (${each.standing})`).join(", ") || "none seen"}, unproven at most ${status.unprovenCapPct} %`,
    sayNotice(status),
    ...(neighbours.length === 0 ? ["neighbours none"] : ["neighbours"]),
    ...columns(
      neighbours.map((each) => [
        " ",
        each.id,
        each.build,
        each.phase,
        `${Math.round(each.loadPct)} %`,
        `${Math.round(each.ageMs / 1_000)} s ago`,
      ]),
    ),
    "last decisions",
    ...decisions.slice(0, 5).map(({ at, text }) => `  ${new Date(at).toISOString()}  ${text}`),
  ].join("\n");
}

const MARKS = { pass: "✓", fail: "✗", waived: "–" } as const;

function sayNotice({ notice }: StatusView): string {
  if (notice.kind === "unmanaged") return "version notices: unmanaged, every build counts as proven";
  if (notice.kind === "waiting") return "version notices: none has come yet, no build is proven";
  const { election, expiresAt, minimumVersion, sequence } = notice;
  return `version notice ${sequence}: election ${election}, at least ${minimumVersion}, until ${new Date(expiresAt).toISOString()}`;
}

/** Aligns cells in columns two spaces apart. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
