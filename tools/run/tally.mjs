/** Counting: what vitest's JSON report and our own checks add up to. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/** @type {Tally} */
export const nothing = { passed: 0, failed: 0, skipped: 0 };

/**
 * @param {Tally} a
 * @param {Tally} b
 * @returns {Tally}
 */
export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * One vitest run as a tally. A run that failed without a failed test still counts as one failure: a test file that
 * cannot be loaded, an unhandled error, a crash before the report.
 *
 * @param {string | undefined} reportJson vitest's JSON report; undefined where it wrote none
 * @param {number} exitCode
 * @returns {Tally}
 */
export function tallyOfVitest(reportJson, exitCode) {
  const tally = reportJson === undefined ? nothing : readReport(reportJson);
  if (tally.failed === 0 && (exitCode !== 0 || reportJson === undefined)) return add(tally, { ...nothing, failed: 1 });
  return tally;
}

/**
 * @param {string} reportJson
 * @returns {Tally}
 */
function readReport(reportJson) {
  const report = JSON.parse(reportJson);
  /** @type {{ status: string, assertionResults: unknown[] }[]} */
  const files = report.testResults;
  const brokenFiles = files.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * The last line of `npm test`.
 *
 * @param {Tally} tally
 */
export function lastLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * A run is good when something was tested and nothing failed.
 *
 * @param {Tally} tally
 */
export function isGood({ passed, failed }) {
  return failed === 0 && passed > 0;
}
