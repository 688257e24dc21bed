import type { DeviceId } from "@skein/core";
import { expect, test } from "vitest";
import { productionTuning as tuning } from "./defaults.ts";
import {
  MAX_VERDICTS,
  type PortKind,
  portStatus,
  type Reachability,
  settle,
  untried,
  withVerdict,
} from "./reachability.ts";

const MINUTE = 60_000;

function told(
  known: Reachability,
  now: number,
  helper: string,
  outcome: "reached" | "not-reached",
  ports: readonly PortKind[] = ["ws", "udp"],
  network: string = helper,
): Reachability {
  const verdicts = ports.map((port) => ({ port, helper: helper as DeviceId, network, outcome, at: now }));
  return verdicts.reduce((sum, verdict) => withVerdict(sum, verdict, now, tuning), known);
}

test("[EL1] both ports must be reached by two helpers of different networks", () => {
  const one = told(untried, 0, "h1", "reached");
  expect(one.reachableSince).toBeUndefined();
  expect(told(one, 1, "h2", "reached", ["ws"]).reachableSince).toBeUndefined();
  expect(told(one, 1, "h2", "reached", ["ws", "udp"], "h1").reachableSince).toBeUndefined();
  expect(told(one, 1, "h2", "reached").reachableSince).toBe(1);
});

test("[EL1] one liar neither makes nor ends reachability", () => {
  const good = told(told(untried, 0, "h1", "reached"), 0, "h2", "reached");
  expect(told(good, 1, "liar", "not-reached").reachableSince).toBe(0);
  const bad = told(told(untried, 0, "h1", "not-reached"), 0, "h2", "not-reached");
  expect(told(bad, 1, "liar", "reached").unreachableSince).toBe(0);
  expect(portStatus(told(good, 1, "liar", "not-reached").verdicts, "ws", tuning)).toBe("reachable");
});

test("[EL1] equal voices tell nothing, and neither does a single one", () => {
  const split = ["h1", "h2"].reduce((sum, helper) => told(sum, 0, helper, "reached"), untried);
  const even = ["h3", "h4"].reduce((sum, helper) => told(sum, 0, helper, "not-reached"), split);
  expect(portStatus(even.verdicts, "ws", tuning)).toBe("unknown");
  expect(portStatus(told(untried, 0, "h1", "not-reached").verdicts, "ws", tuning)).toBe("unknown");
  expect(told(even, 1, "h5", "not-reached").unreachableSince).toBe(1);
  expect(told(even, 1, "h5", "reached").reachableSince).toBe(1);
});

test("[EL1] a helper has one voice for a port, its newest; an operator's word stands alone and does not age", () => {
  const changed = told(told(told(untried, 0, "h1", "reached"), 0, "h2", "reached"), 1, "h1", "not-reached");
  expect(portStatus(changed.verdicts, "ws", tuning)).toBe("unknown");
  const word = told(untried, 0, "self", "reached", ["ws", "udp"], "operator");
  const later = settle(told(told(word, 1, "h1", "not-reached"), 1, "h2", "not-reached"), 100 * MINUTE, tuning);
  expect(later.reachableSince).toBe(0);
});

test("[EL20] verdicts age; their silence makes a port unknown, not unreachable", () => {
  const good = told(told(untried, 0, "h1", "reached"), 0, "h2", "reached");
  const silent = settle(good, tuning.verdictLifeMs, tuning);
  expect(silent).toMatchObject({ verdicts: [], reachableSince: undefined, unreachableSince: undefined });
  expect(portStatus(silent.verdicts, "udp", tuning)).toBe("unknown");
});

test("[EL2] the time reachable starts anew after every break", () => {
  const good = told(told(untried, 0, "h1", "reached"), 0, "h2", "reached");
  const broken = told(told(good, MINUTE, "h1", "not-reached", ["udp"]), MINUTE, "h2", "not-reached", ["udp"]);
  expect(broken).toMatchObject({ reachableSince: undefined, unreachableSince: MINUTE });
  const back = told(told(broken, 2 * MINUTE, "h1", "reached"), 3 * MINUTE, "h2", "reached");
  expect(back).toMatchObject({ reachableSince: 3 * MINUTE, unreachableSince: undefined });
});

test("[EL1] any number of helpers is remembered up to a bound", () => {
  let known = untried;
  for (let index = 0; index < 100; index += 1) known = told(known, index, `h${index}`, "reached");
  expect(known.verdicts.length).toBe(MAX_VERDICTS);
  expect(known.reachableSince).toBe(1);
});
