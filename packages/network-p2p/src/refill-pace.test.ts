import { expect, test } from "vitest";
import { BOOTSTRAP_AFTER_MS, REFILL_FIRST_MS, REFILL_LONGEST_MS, REFILL_WITH_SOME_MS } from "./defaults.ts";
import { createRefillPace } from "./refill-pace.ts";

const NOW = 1_000_000;

test("[PP68] the source is asked at once when nothing is known, and only after three seconds while kept ones are tried", () => {
  const empty = createRefillPace();
  expect(empty.dueAt({ now: NOW, links: 0, connecting: 0, known: "more" })).toBe(NOW);
  const trying = createRefillPace();
  expect(trying.dueAt({ now: NOW, links: 0, connecting: 3, known: "enough" })).toBe(NOW + BOOTSTRAP_AFTER_MS);
  expect(trying.dueAt({ now: NOW + 500, links: 1, connecting: 2, known: "enough" })).toBeUndefined();
});

test("[PP68] with some held and too few known, those held come first", () => {
  const pace = createRefillPace();
  pace.dueAt({ now: NOW, links: 0, connecting: 1, known: "more" });
  expect(pace.dueAt({ now: NOW, links: 1, connecting: 0, known: "more" })).toBe(NOW + REFILL_WITH_SOME_MS / 2);
});

test("[PP68] while none serves, the pause doubles up to a minute, half of it by lot", () => {
  const pauses = (lot: number): number[] => {
    const pace = createRefillPace();
    return Array.from({ length: 6 }, () => {
      pace.dueAt({ now: NOW, links: 0, connecting: 0, known: "more" });
      pace.fetched(NOW, lot);
      return (pace.dueAt({ now: NOW, links: 0, connecting: 0, known: "more" }) ?? 0) - NOW;
    });
  };
  expect(pauses(1)[0]).toBe(REFILL_FIRST_MS);
  expect(pauses(1).at(-1)).toBe(REFILL_LONGEST_MS);
  expect(pauses(0)).toEqual(pauses(1).map((ms) => ms / 2));
});
