import { expect, test } from "vitest";
import { add, isGood, lastLine, nothing, tallyOfVitest } from "./tally.mjs";

/** A report of vitest's JSON reporter, as far as we read it. */
function report(counts: {
  passed?: number;
  failed?: number;
  pending?: number;
  todo?: number;
  brokenFiles?: number;
}): string {
  const broken = Array.from({ length: counts.brokenFiles ?? 0 }, () => ({ status: "failed", assertionResults: [] }));
  return JSON.stringify({
    numPassedTests: counts.passed ?? 0,
    numFailedTests: counts.failed ?? 0,
    numPendingTests: counts.pending ?? 0,
    numTodoTests: counts.todo ?? 0,
    testResults: [{ status: "passed", assertionResults: [{ status: "passed" }] }, ...broken],
  });
}

test("passed, failed and skipped tests are counted as vitest reports them", () => {
  expect(tallyOfVitest(report({ passed: 7, failed: 2, pending: 1, todo: 3 }), 1)).toEqual({
    passed: 7,
    failed: 2,
    skipped: 4,
  });
});

test("a test file that cannot be loaded counts as a failure", () => {
  expect(tallyOfVitest(report({ passed: 7, brokenFiles: 2 }), 1)).toEqual({ passed: 7, failed: 2, skipped: 0 });
});

test("a run that fails with every test green, or leaves no report, counts as a failure", () => {
  expect(tallyOfVitest(report({ passed: 7 }), 1)).toEqual({ passed: 7, failed: 1, skipped: 0 });
  expect(tallyOfVitest(undefined, 137)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(tallyOfVitest(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("the last line adds up, and names skipped tests only where there are some", () => {
  const total = add(add(nothing, { passed: 3, failed: 0, skipped: 0 }), { passed: 1, failed: 1, skipped: 0 });
  expect(lastLine(total)).toBe("4 passed, 1 failed");
  expect(lastLine({ ...total, skipped: 2 })).toBe("4 passed, 1 failed, 2 skipped");
});

test("a run without a test is not a good one", () => {
  expect(isGood({ passed: 1, failed: 0, skipped: 5 })).toBe(true);
  expect(isGood({ passed: 9, failed: 1, skipped: 0 })).toBe(false);
  expect(isGood({ passed: 0, failed: 0, skipped: 5 })).toBe(false);
});
