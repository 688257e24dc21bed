import fc from "fast-check";
import { expect, test } from "vitest";
import { meanOpinionScore, mouthToEarMs, ratingFactor } from "./voice-quality.ts";

// Worked by hand: d = rtt/2 + jb + 20; Id = 0.024 d + 0.11 (d − 177.3 if above); Ie = 95 p / (p + 20).
test.each([
  { of: { rttMs: 0, jitterBufferMs: 0, concealedFraction: 0 }, delay: 20, rating: 92.72, score: 4.3998 },
  { of: { rttMs: 100, jitterBufferMs: 40, concealedFraction: 0 }, delay: 110, rating: 90.56, score: 4.3525 },
  { of: { rttMs: 300, jitterBufferMs: 80, concealedFraction: 0 }, delay: 250, rating: 79.203, score: 3.9935 },
  { of: { rttMs: 300, jitterBufferMs: 80, concealedFraction: 0.05 }, delay: 250, rating: 60.203, score: 3.1105 },
  { of: { rttMs: 2000, jitterBufferMs: 500, concealedFraction: 0.5 }, delay: 1520, rating: 0, score: 1 },
])("[CL60] the E-model of $of gives R $rating and MOS $score", ({ of, delay, rating, score }) => {
  expect(mouthToEarMs(of)).toBeCloseTo(delay, 9);
  expect(ratingFactor(of)).toBeCloseTo(rating, 3);
  expect(meanOpinionScore(ratingFactor(of))).toBeCloseTo(score, 3);
});

test("[CL60] more delay or more loss never sounds better, and figures stay in their range", () => {
  const amount = fc.double({ min: 0, max: 5_000, noNaN: true });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(amount, amount, share, amount, share, (rttMs, jitterBufferMs, concealedFraction, later, lossier) => {
      const better = ratingFactor({ rttMs, jitterBufferMs, concealedFraction });
      const worse = ratingFactor({
        rttMs: rttMs + later,
        jitterBufferMs,
        concealedFraction: Math.min(1, concealedFraction + lossier),
      });
      expect(worse).toBeLessThanOrEqual(better);
      for (const rating of [better, worse]) {
        expect(rating).toBeGreaterThanOrEqual(0);
        expect(rating).toBeLessThanOrEqual(93.2);
        expect(meanOpinionScore(rating)).toBeGreaterThanOrEqual(1);
        expect(meanOpinionScore(rating)).toBeLessThanOrEqual(4.5);
      }
    }),
  );
});
