import { type DeviceId, NetworkError } from "@skein/core";
import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { SupernodeRefusal } from "./index-client.ts";
import { createPlacements, MAX_TRIED, TRIES_OF_ONE } from "./placements.ts";

const WINDOW_MS = 60_000;
const named = (number: number): DeviceId => `supernode-${number}` as DeviceId;
const full = new SupernodeRefusal({ reason: "full", retryAfterMs: 5_000 });
const busy = new SupernodeRefusal({ reason: "busy" });

test("[EL33] a try counts when it was answered: taken, or refused for want of room, and only within the window", async () => {
  const clock = createHandClock();
  const placements = createPlacements({ clock });
  expect(placements.within(WINDOW_MS)).toEqual({ tries: 0, failures: 0 });
  placements.failed(named(1), full);
  placements.failed(named(2), busy);
  placements.placed(named(3));
  placements.failed(named(4), new NetworkError("unreachable", "nobody answered"));
  placements.failed(named(5), new SupernodeRefusal({ reason: "rate" }));
  placements.failed(named(6), new DOMException("stopped", "AbortError"));
  expect(placements.within(WINDOW_MS)).toEqual({ tries: 3, failures: 2 });
  await clock.advance(WINDOW_MS - 1);
  placements.failed(named(7), full);
  expect(placements.within(WINDOW_MS)).toEqual({ tries: 4, failures: 3 });
  await clock.advance(1);
  expect(placements.within(WINDOW_MS)).toEqual({ tries: 1, failures: 1 });
});

test("[EL33] one supernode that refuses on and on is two tries, and no more supernodes are remembered than the bound", () => {
  const placements = createPlacements({ clock: createHandClock() });
  for (let count = 0; count < 10; count += 1) placements.failed(named(1), full);
  expect(placements.within(WINDOW_MS)).toEqual({ tries: TRIES_OF_ONE, failures: TRIES_OF_ONE });
  placements.placed(named(1));
  expect(placements.within(WINDOW_MS)).toEqual({ tries: TRIES_OF_ONE, failures: 1 });
  for (let count = 0; count < 3 * MAX_TRIED; count += 1) placements.placed(named(count + 2));
  expect(placements.within(WINDOW_MS)).toEqual({ tries: MAX_TRIED, failures: 0 });
});
