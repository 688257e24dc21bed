import type { DeviceId } from "@skein/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chanceOf, drawn, ticket } from "./lottery.ts";

const EPOCH_MS = 60_000;
const device = (index: number): DeviceId => `device-${index}` as DeviceId;

test("[EL15] a ticket depends on device, draw and round alone", () => {
  expect(ticket(device(1), "start", 7)).toBe(ticket(device(1), "start", 7));
  const others = [ticket(device(2), "start", 7), ticket(device(1), "leave", 7), ticket(device(1), "start", 8)];
  expect(others).not.toContain(ticket(device(1), "start", 7));
  // SHA-256("skein/election/start/device-1/7"), first 48 bits, computed by another implementation.
  expect(ticket(device(1), "start", 7)).toBe(0.2345414769394516);
});

test("[EL11] tickets are spread evenly over [0, 1)", () => {
  const tenths = new Array<number>(10).fill(0);
  for (let index = 0; index < 5_000; index += 1) {
    const tenth = Math.floor(ticket(device(index), "start", 3) * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  for (const count of tenths) expect(Math.abs(count - 500)).toBeLessThan(90);
});

test("[EL11] one epoch has about as many winners as are wanted, one after the other", () => {
  const wanted = { winners: 20, crowd: 2_000, since: 5_000 };
  const turns = Array.from(
    { length: 2_000 },
    (_, index) => drawn(device(index), "start", wanted, 5_000, EPOCH_MS).turnAt,
  );
  const winners = turns.filter((at) => at < Number.POSITIVE_INFINITY);
  expect(winners.length).toBeGreaterThan(8);
  expect(winners.length).toBeLessThan(35);
  expect(Math.min(...winners)).toBeGreaterThan(5_000);
  expect(Math.max(...winners)).toBeLessThanOrEqual(5_000 + EPOCH_MS + 2);
  const firstHalf = winners.filter((at) => at < 5_000 + EPOCH_MS / 2).length;
  expect(firstHalf).toBeGreaterThan(2);
  expect(firstHalf).toBeLessThan(winners.length - 2);
});

test("[EL11] nothing is won at the moment the need is noticed, and the turn is when the chance passes the ticket", () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.integer({ min: 1, max: 50 }), fc.nat(EPOCH_MS - 1), (index, winners, since) => {
      const wanted = { winners, crowd: 50, since };
      expect(drawn(device(index), "start", wanted, since, EPOCH_MS).chance).toBe(0);
      const { turnAt } = drawn(device(index), "start", wanted, since, EPOCH_MS);
      if (turnAt === Number.POSITIVE_INFINITY || turnAt >= since + EPOCH_MS) return;
      const then = drawn(device(index), "start", wanted, turnAt, EPOCH_MS);
      expect(then.ticket).toBeLessThan(then.chance);
    }),
  );
});

test("[EL11] an unmet need doubles the chance each epoch, so that a crowd overstated a thousandfold costs ten epochs", () => {
  expect(chanceOf(2, 4_000, 0)).toBe(0.0005);
  expect(chanceOf(2, 4_000, 11)).toBe(1);
  expect(chanceOf(5, 0, 0)).toBe(1);
  expect(chanceOf(1, 1_000_000, 1e9)).toBe(1);
});
