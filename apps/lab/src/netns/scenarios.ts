import type { Scenario } from "./scenario.ts";
import { punchScenario } from "./scenarios/punch.ts";

/** Every scenario of `skein-lab run`. */
export const scenarios: readonly Scenario[] = [punchScenario];
