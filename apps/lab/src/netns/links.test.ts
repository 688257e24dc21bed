import { createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { chosenLink, expectedLoss, idealLink, linkLadder, type OneWay, tapwireSettings } from "./links.ts";

test("[LB8] a rung replaces a link, settings change only what they name", () => {
  expect(chosenLink("satellite", chosenLink("lan"))).toEqual(linkLadder.satellite);
  const changedLink = chosenLink({ both: { delayMs: 7 }, up: { lossPercent: 3 } }, linkLadder["weak-4g"]);
  expect(changedLink.up).toEqual({ ...linkLadder["weak-4g"].up, delayMs: 7, lossPercent: 3 });
  expect(changedLink.down).toEqual({ ...linkLadder["weak-4g"].down, delayMs: 7 });
});

test("[LB8] what no link can do is refused", () => {
  for (const both of [{ delayMs: -1 }, { lossPercent: 100.1 }, { rateMbps: Number.NaN }, { jitterMs: 1e9 }]) {
    expect(() => chosenLink({ both }), JSON.stringify(both)).toThrow(RangeError);
  }
});

test("[LB8] the ladder goes down: each rung has more delay than the one before", () => {
  const delays = Object.values(linkLadder).map(({ up }) => up.delayMs);
  expect(delays).toEqual(delays.toSorted((a, b) => a - b));
});

test("[LB8] settings are told in whole numbers of the forwarder's units", () => {
  const way: OneWay = { ...idealLink.up, delayMs: 0.3, lossPercent: 0.25, rateMbps: 1.5, state: "down" };
  expect(tapwireSettings(way)).toBe(
    "delayUs=300 jitterUs=0 lossPpm=2500 burstEnterPpm=0 burstLeavePpm=1000000 burstLossPpm=1000000 rateBps=1500000 queueUs=1000000 reorderPpm=0 reorderUs=0 duplicatePpm=0 down=1",
  );
});

test("[LB9] the loss of a link is that of its chance and its bad times together", () => {
  const burst = { enterPercent: 2, leavePercent: 20, lossPercent: 80 };
  const way: OneWay = { ...idealLink.up, lossPercent: 1, burst };
  const random = createSeededRandom(5);
  let bad = false;
  let lost = 0;
  const packets = 400_000;
  for (let n = 0; n < packets; n += 1) {
    if (random.fraction() < (bad ? 0.2 : 0.02)) bad = !bad;
    if ((bad && random.fraction() < 0.8) || random.fraction() < 0.01) lost += 1;
  }
  expect(Math.abs(lost / packets - expectedLoss(way))).toBeLessThan(0.002);
  expect(expectedLoss(idealLink.up)).toBe(0);
});
