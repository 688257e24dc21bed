import { type ElectionState, factsOf, STAGES, whatIf } from "@skein/election";
import { Counter, Gauge, type Registry } from "prom-client";
import type { ServingNode } from "./serving/serving-node.ts";
import type { DecisionLog } from "./status/decision-log.ts";

const ROLES = ["leaf", "settling", "serving", "stepping-down"] as const;

/** Adds the figures of an election; read when asked for. */
export function addElectionMetrics(
  { election, options, traffic }: ServingNode,
  decisions: DecisionLog,
  { now, registry }: { readonly now: () => number; readonly registry: Registry },
): void {
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    fill: (gauge: Gauge<Label>, state: ElectionState) => void,
  ): Gauge<Label> =>
    new Gauge({
      name: `skein_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        fill(this, election.view.value.state);
      },
    });
  const figure = (name: string, help: string, read: (state: ElectionState) => number | undefined): Gauge =>
    gauge(name, help, [], (each, state) => {
      const value = read(state);
      // What is not known is no number.
      each.set(value ?? Number.NaN);
    });

  gauge("build_info", "1, with the build's name", ["build"], (each) => each.set({ build: options.build }, 1));
  gauge("election_role", "1 for what the node is", ["role"], (each, { role }) => {
    for (const kind of ROLES) each.set({ role: kind }, role.kind === kind ? 1 : 0);
  });
  gauge("election_stage", "1 for the stage of stepping down", ["stage"], (each, { role }) => {
    for (const stage of STAGES) each.set({ stage }, role.kind === "stepping-down" && role.stage === stage ? 1 : 0);
  });
  gauge("election_reason_value", "what was measured", ["about", "unit"], (each, state) => {
    for (const { about, unit, value } of whatIf(state, {}, now()).reasons)
      if (typeof value === "number" && Number.isFinite(value)) each.set({ about, unit }, value);
  });
  gauge("election_reason_threshold", "what it takes", ["about", "unit", "rule"], (each, state) => {
    for (const { about, rule, threshold, unit } of whatIf(state, {}, now()).reasons)
      if (typeof threshold === "number" && Number.isFinite(threshold)) each.set({ about, unit, rule }, threshold);
  });
  gauge("election_reason_failing", "1 where it stands in the way", ["about"], (each, state) => {
    for (const { about, verdict } of whatIf(state, {}, now()).reasons) each.set({ about }, verdict === "fail" ? 1 : 0);
  });
  gauge("election_verdict_age_seconds", "since a helper last told of a port", ["port"], (each, state) => {
    for (const port of ["ws", "udp"] as const) {
      const at = Math.max(...state.reachability.verdicts.filter((one) => one.port === port).map((one) => one.at));
      if (Number.isFinite(at)) each.set({ port }, (now() - at) / 1_000);
    }
  });
  const cell = (state: ElectionState) => factsOf(state, now()).cell;
  figure("cell_supernodes", "supernodes of the cell", (state) => cell(state)?.supernodes);
  figure("cell_load_pct", "load of the cell", (state) => cell(state)?.loadPct);
  figure("cell_missing", "supernodes the cell lacks", (state) => cell(state)?.missing);
  figure("cell_surplus", "supernodes the cell has too many", (state) => cell(state)?.surplus);
  figure("traffic_kilobytes_per_second", "spent on others in the last minute", traffic.kBps);
  figure("traffic_month_gigabytes", "spent on others this month", traffic.monthGB);
  figure("notice_sequence", "of the version notice in force", ({ policy }) =>
    policy.kind === "notice" ? policy.notice.sequence : undefined,
  );
  figure("notice_expires_in_seconds", "until its kill switch lapses", ({ policy }) =>
    policy.kind === "notice" ? (policy.notice.expiresAt - now()) / 1_000 : undefined,
  );
  new Counter({
    name: "skein_election_decisions_total",
    help: "promotions, openings, and demotions by cause",
    labelNames: ["decision"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [decision, count] of decisions.counts) this.inc({ decision }, count);
    },
  });
}
