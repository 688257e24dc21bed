import { expect, test } from "vitest";
import { isTestPath, type ProjectFile, projectFiles, withoutComments } from "./project-files.ts";

const WAITS = /\b(?:setTimeout|setInterval|sleep)\s*\(|\bawait\s+(?:[\w.]+\.)?(?:delay|wait)\s*\(|timers\/promises/;

/** The lines of tests that wait for time to pass. */
function realWaits(files: readonly ProjectFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    withoutComments(text)
      .split("\n")
      .flatMap((line, index) => (WAITS.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

/** Tests that must not wait: all but the browser's, which poll the page with Playwright's own waits, and this one. */
function mustNotWait(path: string): boolean {
  return isTestPath(path) && !path.startsWith("apps/web/e2e/") && !path.endsWith("/no-timers-in-tests.test.ts");
}

test("no test waits for time to pass: it moves a hand clock or awaits an event", () => {
  const tests = projectFiles(mustNotWait);
  expect(tests.length).toBeGreaterThan(5);
  expect(realWaits(tests)).toEqual([]);
});

test("each way to wait is reported, and a delayed link, a clock moved by hand and a comment are not", () => {
  const text = [
    "await new Promise((resolve) => setTimeout(resolve, 50));",
    "setInterval(poll, 10);",
    "await sleep(50);",
    "await delay(50);",
    'import { setTimeout as pause } from "node:timers/promises";',
    "const link = delay(50);",
    "await clock.advance(50);",
    "// setTimeout(…) is not used",
  ].join("\n");
  const found = realWaits([{ path: "a.test.ts", text }]).map((fault) => fault.split(":")[1]);
  expect(found).toEqual(["1", "2", "3", "4", "5"]);
});
