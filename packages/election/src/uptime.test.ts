import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_SESSIONS, remainingMs, survival, withSession } from "./uptime.ts";

const HOUR = 3_600_000;
const hours = fc.double({ min: 0.01, max: 2_000, noNaN: true }).map((count) => count * HOUR);

test("[EL3] without any history the odds are those of the prior", () => {
  // Lomax in t^k with α = β = 2: (√2·2 − 2)^(1/0.61511) · 169.5385 min.
  expect(remainingMs({ sessions: [], ageMs: 0 }) / 60_000).toBeCloseTo(
    (2 * Math.SQRT2 - 2) ** (1 / 0.61511) * 169.5385,
    6,
  );
});

test("[EL3] the median is where survival is one half", () => {
  fc.assert(
    fc.property(fc.array(hours, { maxLength: 40 }), hours, (sessions, ageMs) => {
      const median = remainingMs({ sessions, ageMs });
      expect(survival({ sessions, ageMs }, median)).toBeCloseTo(0.5, 6);
    }),
  );
});

test("[EL3] who has stayed long stays long, and longer sessions promise more", () => {
  fc.assert(
    fc.property(fc.array(hours, { maxLength: 10 }), hours, hours, (sessions, one, other) => {
      const [short, long] = one < other ? [one, other] : [other, one];
      expect(remainingMs({ sessions, ageMs: long })).toBeGreaterThanOrEqual(
        remainingMs({ sessions, ageMs: short }) * 0.999,
      );
      const withShort = remainingMs({ sessions: [...sessions, short], ageMs: HOUR });
      expect(remainingMs({ sessions: [...sessions, long], ageMs: HOUR })).toBeGreaterThanOrEqual(withShort * 0.999);
    }),
  );
});

test("[EL3] it is not only the time since the start: a steady machine just restarted beats a fickle one up for hours", () => {
  const steady = remainingMs({ sessions: Array.from({ length: 8 }, () => 200 * HOUR), ageMs: 0 });
  const fickle = remainingMs({ sessions: Array.from({ length: 8 }, () => 0.3 * HOUR), ageMs: 2 * HOUR });
  expect(steady).toBeGreaterThan(24 * HOUR);
  expect(fickle).toBeLessThan(4 * HOUR);
});

test("[EL3] only the last sessions are kept, and none under a second", () => {
  let sessions: readonly number[] = [];
  for (let index = 1; index <= 50; index += 1) sessions = withSession(sessions, index * 1_000);
  expect(sessions).toHaveLength(MAX_SESSIONS);
  expect(sessions.at(-1)).toBe(50_000);
  expect(withSession(sessions, 999)).toBe(sessions);
});
