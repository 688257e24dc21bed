import { createSeededRandom, seedFromEnvironment } from "@skein/testkit";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { adOf } from "../test/people.ts";
import { afterFailure, type Candidate, chooseSupernodes } from "./chooser.ts";
import { FIRST_RETRY_MS, LONGEST_RETRY_MS } from "./defaults.ts";

const NOW = 1_000_000;
const fresh = (host: string, rest: Partial<Parameters<typeof adOf>[0]> = {}): Candidate => ({
  ad: adOf({ addresses: [`/ip4/${host}/tcp/1/ws`], ...rest }),
  failures: 0,
  retryAt: 0,
});
const evenly = (): number => 0.5;

describe("which supernodes", () => {
  test("[PP3] one that never failed comes before one that did, and room before none", () => {
    const failed = { ...fresh("192.0.2.1"), failures: 1 };
    const full = fresh("198.51.100.1", { freeSlots: 0 });
    const good = fresh("203.0.113.1");
    expect(chooseSupernodes([failed, full, good], [], 3, NOW, evenly)).toEqual([good, full, failed]);
  });

  test("[PP3] another neighbourhood is preferred, to those held and to those chosen just now", () => {
    const held = adOf({ addresses: ["/ip4/192.0.2.9/tcp/1/ws"] });
    const near = fresh("192.0.2.1");
    const [far, farToo] = [fresh("198.51.100.1"), fresh("198.51.100.2")];
    const chosen = chooseSupernodes([near, far, farToo], [held], 2, NOW, evenly);
    expect(chosen[0]).toBe(far);
    expect(chooseSupernodes([near, far], [held], 2, NOW, evenly)).toEqual([far, near]);
  });

  test("[PP3] diversity never keeps a supernode out: all on one address are all chosen", () => {
    const all = [1, 2, 3].map((port) => fresh("127.0.0.1", { addresses: [`/ip4/127.0.0.1/tcp/${port}/ws`] }));
    expect(new Set(chooseSupernodes(all, [], 3, NOW, evenly))).toEqual(new Set(all));
  });

  test("[PP3] whatever the candidates, the choice has no doubles, none held, none in its pause, and is as large as can be", async () => {
    const lot = createSeededRandom(seedFromEnvironment("chooser"));
    const candidate = fc.record({ failures: fc.nat(5), retryAt: fc.constantFrom(0, NOW, NOW + 1), held: fc.boolean() });
    await fc.assert(
      fc.property(fc.array(candidate, { maxLength: 8 }), fc.nat(4), (shapes, count) => {
        const all = shapes.map((shape, index) => ({ ...fresh(`192.0.2.${index + 1}`), ...shape }));
        const held = all.filter((each) => each.held).map((each) => each.ad);
        const chosen = chooseSupernodes(all, held, count, NOW, () => lot.fraction());
        const open = all.filter((each) => !each.held && each.retryAt <= NOW);
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(chosen.every((each) => open.some((other) => other.ad === each.ad))).toBe(true);
        expect(chosen.length).toBe(Math.min(count, open.length));
      }),
      { numRuns: 50 },
    );
  });
});

describe("after a failure", () => {
  test("[PP4] the pause doubles up to half a minute, and at least half of it always passes", () => {
    const pauses = (lot: number): number[] => {
      let record = { failures: 0, retryAt: 0 };
      return Array.from({ length: 9 }, () => {
        record = afterFailure(record, NOW, lot);
        return record.retryAt - NOW;
      });
    };
    const longest = pauses(1);
    expect(longest.slice(0, 3)).toEqual([FIRST_RETRY_MS, 2 * FIRST_RETRY_MS, 4 * FIRST_RETRY_MS]);
    expect(longest.at(-1)).toBe(LONGEST_RETRY_MS);
    expect(pauses(0)).toEqual(longest.map((ms) => ms / 2));
  });
});
