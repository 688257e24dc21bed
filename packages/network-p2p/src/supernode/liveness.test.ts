import { createHandClock, type HandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { HOME_QUIET_MS, PING_ANSWER_MS, SILENT_LEAF_MS, STANDBY_QUIET_MS } from "./limits.ts";
import { type Liveness, watchLiveness } from "./liveness.ts";

function stage(): { clock: HandClock; said: string[]; liveness: Liveness } {
  const clock = createHandClock(1_000_000);
  const said: string[] = [];
  const liveness = watchLiveness({
    clock,
    ping: () => void said.push("ping"),
    onDead: () => void said.push("dead"),
  });
  return { clock, said, liveness };
}

test("[PP69] a leaf at home is pinged after a minute of silence, and dead 20 s later without an answer", async () => {
  const { clock, said, liveness } = stage();
  liveness.joined("yes");
  await clock.advance(HOME_QUIET_MS - 1);
  expect(said).toEqual([]);
  await clock.advance(1);
  expect(said).toEqual(["ping"]);
  await clock.advance(PING_ANSWER_MS - 1);
  expect(said).toEqual(["ping"]);
  await clock.advance(1);
  expect(said).toEqual(["ping", "dead"]);
});

test("[PP69] whoever answers lives on, and is asked again a minute after the answer", async () => {
  const { clock, said, liveness } = stage();
  liveness.joined("yes");
  for (let round = 1; round <= 3; round += 1) {
    await clock.advance(HOME_QUIET_MS);
    expect(said).toEqual(Array.from({ length: round }, () => "ping"));
    liveness.heard();
  }
  await clock.advance(HOME_QUIET_MS - 1);
  expect(said.length).toBe(3);
});

test("[PP69] whoever speaks is not asked; a standby is asked after four minutes, one that did not join never", async () => {
  const talkative = stage();
  talkative.liveness.joined("yes");
  for (let round = 0; round < 5; round += 1) {
    await talkative.clock.advance(HOME_QUIET_MS - 1);
    talkative.liveness.heard();
  }
  expect(talkative.said).toEqual([]);

  const standby = stage();
  standby.liveness.joined("no");
  await standby.clock.advance(STANDBY_QUIET_MS - 1);
  expect(standby.said).toEqual([]);
  await standby.clock.advance(1);
  expect(standby.said).toEqual(["ping"]);

  const old = stage();
  await old.clock.advance(SILENT_LEAF_MS - 1);
  expect(old.said).toEqual([]);
  await old.clock.advance(1);
  expect(old.said).toEqual(["dead"]);
});

test("[PP69] a standby that becomes home is asked as home is, from what was heard last", async () => {
  const { clock, said, liveness } = stage();
  liveness.joined("no");
  await clock.advance(HOME_QUIET_MS - 1);
  liveness.heard();
  liveness.joined("yes");
  await clock.advance(HOME_QUIET_MS);
  expect(said).toEqual(["ping"]);
  liveness.stop();
  await clock.advance(10 * SILENT_LEAF_MS);
  expect(said).toEqual(["ping"]);
});
