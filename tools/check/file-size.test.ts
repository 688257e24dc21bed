import { expect, test } from "vitest";
import { isMeasured, lineCount, MAX_LINES, quantile, tooLong } from "./file-size.ts";
import { projectFiles } from "./project-files.ts";

test(`no source file is longer than ${MAX_LINES} lines`, () => {
  const files = projectFiles(isMeasured);
  expect(files.length).toBeGreaterThan(20);
  const lines = files.map(({ text }) => lineCount(text));
  console.log(`${files.length} source files: median ${quantile(lines, 0.5)} lines, p90 ${quantile(lines, 0.9)}`);
  expect(tooLong(files)).toEqual([]);
});

test("a file one line over the limit is reported, one at the limit is not", () => {
  const atLimit = { path: "packages/a/src/a.ts", text: "x\n".repeat(MAX_LINES) };
  const over = { path: "packages/a/src/b.ts", text: `${atLimit.text}x` };
  expect(tooLong([atLimit, over])).toEqual([`packages/a/src/b.ts has ${MAX_LINES + 1} lines`]);
});

test("quantiles are the nearest rank", () => {
  expect(quantile([5, 1, 4, 2, 3, 6, 7, 8, 9, 10], 0.5)).toBe(5);
  expect(quantile([5, 1, 4, 2, 3, 6, 7, 8, 9, 10], 0.9)).toBe(9);
  expect(quantile([], 0.5)).toBe(0);
});
