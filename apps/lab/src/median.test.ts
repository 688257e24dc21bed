import { expect, test } from "vitest";
import { median } from "./median.ts";

test("the middle one, or the mean of the two in the middle; nothing of nothing", () => {
  expect(median([5, 1, 9])).toBe(5);
  expect(median([4, 1, 9, 6])).toBe(5);
  expect(() => median([])).toThrow(RangeError);
});
