import { createHandClock } from "@skein/testkit";
import { describe, expect, test } from "vitest";
import { bob, demoState } from "../../test/demo-people.ts";
import { createDemoSession } from "../../test/demo-session.ts";
import { keepAvailability } from "./availability.ts";

describe("availability", () => {
  const stage = () => {
    const clock = createHandClock();
    const session = createDemoSession(demoState, new Map());
    const keeper = keepAvailability({ awayAfterMs: 600_000 }, { session, clock });
    const said = () =>
      session.commands.map((command) => (command.kind === "set-availability" ? command.availability : ""));
    return { clock, session, keeper, said };
  };

  test("[WB19] away once nobody touched any tab for ten minutes, online at the next touch", async () => {
    const { clock, keeper, said } = stage();
    await clock.advance(500_000);
    keeper.touch();
    await clock.advance(599_999);
    expect(said()).toEqual([]);
    await clock.advance(1);
    expect(said()).toEqual(["away"]);
    await clock.advance(3_600_000);
    keeper.touch();
    keeper.touch();
    expect(said()).toEqual(["away", "online"]);
    await clock.advance(600_000);
    expect(said()).toEqual(["away", "online", "away"]);
  });

  test("[WB19] a call counts as use, and after closing nothing is said", async () => {
    const { clock, session, keeper, said } = stage();
    session.state.set({
      ...demoState,
      call: { kind: "connected", call: "c", user: bob.user, name: "Bob", connectedAt: 0, muted: false },
    });
    await clock.advance(1_200_000);
    expect(said()).toEqual([]);
    session.state.set(demoState);
    keeper.close();
    await clock.advance(1_200_000);
    expect([said(), clock.waiting]).toEqual([[], 0]);
  });
});
