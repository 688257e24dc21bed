import fc from "fast-check";
import { expect, test } from "vitest";
import { backOffMs } from "./back-off.ts";
import { FIRST_BACK_OFF_MS, LAST_BACK_OFF_MS } from "./defaults.ts";

test("[CE50] the wait doubles up to its bound, between half and all of it", () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (attempt, chance) => {
      const full = Math.min(LAST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** attempt);
      const wait = backOffMs(attempt, { fraction: () => chance, bytes: (count) => new Uint8Array(count) });
      expect(wait).toBeGreaterThanOrEqual(full / 2);
      expect(wait).toBeLessThanOrEqual(full);
    }),
  );
});
