import { expect, test } from "vitest";
import { line, on, relayOnly, ringingOut, talkingIn, talkingOut, widening } from "./transcript.ts";

test("[CL40] a call whose sound stops is repaired, or lost after 25 s", () => {
  const broken = talkingOut().next(on.media("interrupted"));
  expect(broken.state).toMatchObject({ kind: "connected", flow: { kind: "broken" } });
  expect(broken.next(on.media("connected")).state).toMatchObject({ kind: "connected", flow: { kind: "flowing" } });
  expect(broken.next(on.tick, 24_999).state.kind).toBe("connected");
  const lost = broken.next(on.tick, 25_000);
  expect(lost.state).toMatchObject({ kind: "ended", reason: { kind: "lost" } });
  const listening = talkingIn().next(on.media("failed", "in"));
  expect(listening.did).toEqual([]);
  expect(listening.wake).toBe(25_000);
});

test("[CL40] more bad news does not put off the end", () => {
  const call = talkingIn().next(on.media("interrupted", "in")).next(on.media("failed", "in"), 15_000);
  expect(call.next(on.tick, 10_000).state).toMatchObject({ kind: "ended", reason: { kind: "lost" } });
});

test("[CL41] only the caller restarts ICE: one round at a time, at most every 5 s", () => {
  let call = talkingOut().next(on.media("interrupted"));
  expect(call.did).toEqual(["offer after-answer restart"]);
  // No answer yet: the round counts as lost after 10 s, not before.
  expect(call.wake).toBe(10_000);
  expect(call.next(on.tick, 5_000).did).toEqual([]);
  expect(call.next(on.tick, 10_000).did).toEqual(["offer after-answer restart"]);
  call = call.next(on.heard("answer"), 1_000);
  expect(call.wake).toBe(5_000);
  expect(call.next(on.media("failed"), 1_000).did).toEqual([]);
  call = call.next(on.tick, 4_000);
  expect(call.did).toEqual(["offer after-answer restart"]);
});

test("[CL41] an answered call that finds no way is tried again within its 30 s", () => {
  const call = ringingOut(relayOnly).next(on.media("failed")).next(on.heard("accept"));
  expect(call.did).toEqual(["open-audio", "offer after-answer restart"]);
  const again = call.next(on.heard("answer"), 100).next(on.media("failed"), 10_000);
  expect(again.did).toEqual(["offer after-answer restart"]);
  expect(again.next(on.heard("answer"), 50).next(on.media("connected"), 50).state.kind).toBe("connected");
});

test("[CL42] a lost channel never ends a call that talks: its caller redials with growing pauses", () => {
  let call = talkingOut().next(on.channel("channel-lost"));
  expect(call.did).toEqual(["redial"]);
  const pauses = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000];
  let spent = 0;
  for (const pauseMs of pauses) {
    call = call.next(on.channel("redial-failed"));
    expect(call.did).toEqual([]);
    expect(call.wake).toBe(spent + pauseMs);
    expect(call.next(on.tick, pauseMs - 1).did).toEqual([]);
    call = call.next(on.tick, pauseMs);
    spent += pauseMs;
    expect(call.did).toEqual(["redial"]);
  }
  call = call.next(on.channel("channel-open"));
  expect(call.state).toMatchObject({ kind: "connected", signalling: { kind: "open" }, flow: { kind: "flowing" } });
});

test("[CL42] the callee waits for the caller to come back", () => {
  const call = talkingIn().next(on.channel("channel-lost", "in"));
  expect(call.did).toEqual([]);
  expect(call.state).toMatchObject({ kind: "connected", signalling: { kind: "awaiting-caller" } });
  expect(call.next(on.channel("channel-open", "in")).state).toMatchObject({ signalling: { kind: "open" } });
});

test("[CL42] a repair waits for the channel and follows at once when it is back", () => {
  const cut = talkingOut().next(on.channel("channel-lost")).next(on.media("failed"), 6_000);
  expect(cut.did).toEqual([]);
  expect(cut.next(on.channel("channel-open"), 500).did).toEqual(["offer after-answer restart"]);
});

test("[CL42] with channel and sound both gone the call is lost", () => {
  const call = talkingOut().next(on.channel("channel-lost")).next(on.media("failed"), 6_000);
  expect(call.next(on.tick, 25_000).state).toMatchObject({ kind: "ended", reason: { kind: "lost" } });
});

test("[CL43] while it rings here and the caller is gone, it rings 6 s more, unless the caller comes back", () => {
  const gone = line().next(on.offered()).next(on.channel("channel-lost", "in"), 10_000);
  expect(gone.wake).toBe(16_000);
  expect(gone.next(on.tick, 6_000).state).toMatchObject({ kind: "ended", reason: { kind: "missed" } });
  const back = gone.next(on.channel("channel-open", "in"), 2_000);
  expect(back.state.kind).toBe("ringing-in");
  expect(back.wake).toBe(45_000);
});

test("[CL44] they closed the connection: 2 s for their hangup, then they hung up", () => {
  const closed = talkingOut().next(on.media("closed"));
  expect(closed.state.kind).toBe("connected");
  expect(closed.next(on.media("interrupted"), 100).state).toBe(closed.state);
  expect(closed.next(on.tick, 2_000).state).toMatchObject({ kind: "ended", reason: { kind: "hung-up", by: "them" } });
});

test("[CL41] an answer that never comes does not disturb sound that flows", () => {
  const call = ringingOut(widening).next(on.media("connected")).next(on.heard("accept"));
  expect(call.next(on.tick, 60_000).state).toMatchObject({ kind: "connected", flow: { kind: "flowing" } });
});
