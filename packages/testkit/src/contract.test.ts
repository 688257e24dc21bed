import { describe, expect, test } from "vitest";
import { checkSkips } from "./contract.ts";

describe("contract", () => {
  const rules = new Set(["NW1", "NW2"]);

  test("[TK16] a skip needs a rule of the contract and a reason", () => {
    expect(() => checkSkips("x", rules, [{ rule: "NW2", reason: "no relay in this mode" }])).not.toThrow();
    expect(() => checkSkips("x", rules, [{ rule: "NW3", reason: "no relay" }])).toThrow("no rule NW3");
    expect(() => checkSkips("x", rules, [{ rule: "NW1", reason: " " }])).toThrow("needs a reason");
  });
});
