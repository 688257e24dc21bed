import type { Clock, Random } from "@skein/core";
import type { Lab } from "./lab.ts";
import type { Topology } from "./topology.ts";

/** Something to be tried out in a lab of its own. */
export interface Scenario {
  readonly name: string;
  /** One line for `skein-lab list`. */
  readonly about: string;
  readonly topology: Topology;
  /**
   * Runs in a lab that has just passed its self-check. Resolves with whether what was expected was seen; `figures` is the
   * last line of `--json`. Must heed the signal. The lab is removed afterwards, and all programs in it.
   */
  run(lab: Lab, context: ScenarioContext): Promise<ScenarioResult>;
  /** The figures of `--json` where nothing could be measured; left out where the scenario measures nothing. */
  unmeasured?(reason: string): ScenarioResult["figures"];
}

/** What a scenario is given. */
export interface ScenarioContext {
  readonly clock: Clock;
  /** Seeded: the same run for the same `--seed`, as far as the machine allows. */
  readonly random: Random;
  readonly signal: AbortSignal;
  /** How many calls to make for each figure; its own number unless the caller says one. */
  readonly calls?: number;
  /** How long to count, in minutes; its own number unless the caller says one. */
  readonly minutes?: number;
  /** Prints a line for people. */
  readonly say: (line: string) => void;
}

/** What came of a scenario. */
export interface ScenarioResult {
  readonly verdict: "as-expected" | "not-as-expected";
  readonly figures: Readonly<Record<string, unknown>>;
}
