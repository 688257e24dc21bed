import type { DeviceId } from "@skein/core";
import { createHandClock, createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { createDoor } from "./door.ts";
import { DOOR_MEMORY_MS, RETURNING_MS } from "./limits.ts";

const device = (name: string): DeviceId => name as DeviceId;

/** A door with so many slots; those admitted take one. */
function stage(slots: number) {
  const clock = createHandClock();
  const inside = new Set<DeviceId>();
  const busy = { cpuPct: 0, lagMs: 0 };
  const door = createDoor({
    clock,
    random: createSeededRandom(7),
    slots: () => slots,
    leaves: () => inside.size,
    holdsSlot: (each) => inside.has(each),
    busy: () => busy,
  });
  return { clock, inside, busy, door };
}

test("[PP61] slot and index stream of one arrival hear the same; a new try later is judged anew", async () => {
  const { clock, door } = stage(0);
  const first = door.knock(device("ada"));
  expect(first).toMatchObject({ kind: "retry", because: "full" });
  expect(door.knock(device("ada"))).toBe(first);
  await clock.advance(DOOR_MEMORY_MS + 1);
  expect(door.knock(device("ada"))).not.toBe(first);
  expect(door.turnedAway()).toBe(1);
  await clock.advance(60_001);
  expect(door.turnedAway()).toBe(0);
});

test("[PP61] who has a slot keeps it however full or busy it is; when busy only those who return come in", async () => {
  const { busy, clock, door, inside } = stage(10);
  inside.add(device("ada"));
  busy.cpuPct = 99;
  expect(door.knock(device("ada"))).toEqual({ kind: "accept" });
  expect(door.knock(device("bob"))).toMatchObject({ kind: "retry", because: "busy" });
  door.left(device("cy"));
  expect(door.knock(device("cy"))).toEqual({ kind: "accept" });
  door.left(device("dee"));
  await clock.advance(RETURNING_MS + 1);
  expect(door.knock(device("dee"))).toMatchObject({ kind: "retry", because: "busy" });
});
