import type { Scenario } from "./scenario.ts";
import { callsScenario } from "./scenarios/calls.ts";
import { electionScenario } from "./scenarios/election.ts";
import { idleScenario } from "./scenarios/idle.ts";
import { indexScenario } from "./scenarios/index-lookup.ts";
import { presenceScenario } from "./scenarios/presence.ts";
import { punchScenario } from "./scenarios/punch.ts";
import { setupScenario } from "./scenarios/setup.ts";

/** Every scenario of `skein-lab run`. */
export const scenarios: readonly Scenario[] = [
  callsScenario,
  electionScenario,
  idleScenario,
  indexScenario,
  presenceScenario,
  punchScenario,
  setupScenario,
];
