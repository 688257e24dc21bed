import { afterAll, beforeAll, describe, test } from "vitest";
import { createStage, type Stage } from "./contract-stage.ts";
import type { ContractWorld } from "./contract-world.ts";

/** A rule an implementation does not keep, and why. It shows as a skipped test. */
export interface Skip {
  /** Its id, e.g. `NW6`. */
  readonly rule: string;
  readonly reason: string;
}

/** How a contract is run. */
export interface ContractOptions {
  readonly skip?: readonly Skip[];
  /** Time each single step may take, ms; left out: 10 s. A test has several steps. */
  readonly deadlineMs?: number;
}

/** Defines one test of a contract; its title starts with the rule it tests. */
export type ContractTest = (title: `[${string}] ${string}`, act: (stage: Stage) => Promise<void>) => void;

const DEFAULT_DEADLINE_MS = 10_000;
/** Steps a contract test may take at their full deadline before the runner ends it. */
const STEPS_A_TEST = 6;
/** Starting and ending a world of real servers. */
const WORLD_TIMEOUT_MS = 60_000;

/**
 * Runs a list of rules against one implementation: one world for the suite, one stage with new members for every test.
 * Throws at definition when a skip names no rule of this contract or gives no reason.
 */
export function contract(
  name: string,
  makeWorld: () => Promise<ContractWorld>,
  options: ContractOptions,
  define: (test: ContractTest) => void,
): void {
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const skips = new Map((options.skip ?? []).map((skip) => [skip.rule, skip.reason]));
  const rules = new Set<string>();

  describe(name, () => {
    let world: ContractWorld | undefined;
    beforeAll(async () => {
      world = await makeWorld();
    }, WORLD_TIMEOUT_MS);
    afterAll(() => world?.dispose(), WORLD_TIMEOUT_MS);

    define((title, act) => {
      const rule = title.slice(1, title.indexOf("]"));
      rules.add(rule);
      const reason = skips.get(rule);
      if (reason !== undefined) {
        test.skip(`${title} (skipped: ${reason})`);
        return;
      }
      test(title, { timeout: STEPS_A_TEST * deadlineMs }, async (context) => {
        if (world === undefined) throw new Error("the world did not start");
        const skip = (why: string): never => context.skip(why);
        const { stage, clear } = createStage({ deadlineMs }, { world, skip });
        try {
          await act(stage);
        } catch (error) {
          // The first failure is the one worth reading; clearing after it may fail for the same reason.
          await clear().catch(() => {});
          throw error;
        }
        await clear();
      });
    });
  });

  checkSkips(name, rules, options.skip ?? []);
}

/** Throws when a skip names no rule of the contract, or gives no reason. */
export function checkSkips(name: string, rules: ReadonlySet<string>, skips: readonly Skip[]): void {
  for (const { rule, reason } of skips) {
    if (!rules.has(rule)) throw new Error(`${name}: there is no rule ${rule} to skip`);
    if (reason.trim() === "") throw new Error(`${name}: skipping ${rule} needs a reason`);
  }
}
