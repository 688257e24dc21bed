import { expect, test } from "vitest";
import {
  high,
  line,
  low,
  on,
  open,
  relayOnly,
  ringingOut,
  START,
  talkingIn,
  talkingOut,
  third,
  widening,
} from "./transcript.ts";

const ended = (reason: object) => ({ kind: "ended", reason });

test("[CL1] a call out: reach, offer, ring, accept, talk", () => {
  let call = line().next(on.dial());
  expect(call.state.kind).toBe("reaching");
  expect(call.did).toEqual(["reach"]);
  call = call.next(on.reached());
  expect(call.state).toMatchObject({ kind: "ringing-out", stage: "asked", peer: high });
  expect(call.did).toEqual(["open-media", "offer before-answer"]);
  call = call.next(on.heard("ringing"));
  expect(call.state).toMatchObject({ kind: "ringing-out", stage: "ringing" });
  call = call.next(on.heard("answer"));
  expect(call.did).toEqual(["apply"]);
  call = call.next(on.media("connected")).next(on.heard("accept"), 9_000);
  expect(call.state).toMatchObject({ kind: "connected", connectedAt: START + 9_000 });
});

test("[CL1] one call at a time: a second dial changes nothing", () => {
  const call = ringingOut();
  expect(call.next(on.dial(undefined, "second")).state).toBe(call.state);
});

test("[CL2] a call in: it rings at once, and the connection is set up while it rings", () => {
  const call = line().next(on.offered());
  expect(call.state).toMatchObject({ kind: "ringing-in", peer: high, media: "setting-up" });
  expect(call.did).toEqual(["send ringing", "open-media", "answer before-answer"]);
});

test("[CL2] a call rings although the end of the last one is still shown", () => {
  const over = talkingOut().next(on.person("hangup"));
  expect(over.next(on.offered()).state.kind).toBe("ringing-in");
  expect(over.next(on.dial(undefined, "next")).state).toMatchObject({ kind: "reaching", call: "next" });
});

test("[CL3] in a call with somebody else: busy", () => {
  for (const call of [ringingOut(), talkingOut(), talkingIn(), line().next(on.dial()), line().next(on.offered())]) {
    const asked = call.next(on.offered(third, "third"));
    expect(asked.did).toEqual(["turn away: busy"]);
    expect(asked.state).toBe(call.state);
  }
});

test("[CL4] two calls that meet: the lower device id's call wins, the other side takes it without asking", () => {
  const winner = ringingOut().next(on.offered(high, "theirs", low.device));
  expect(winner.did).toEqual(["turn away: glare"]);
  expect(winner.state).toMatchObject({ kind: "ringing-out", call: "out" });
  const calling = line()
    .next(on.dial({ kind: "device", device: low.device }))
    .next(on.reached(widening, low));
  const loser = calling.next(on.offered(low, "theirs", high.device));
  expect(loser.state).toMatchObject({ kind: "connecting", call: "theirs", role: "callee", microphone: "opening" });
  expect(loser.did).toEqual(["hangup hangup", "close out", "open-media", "answer before-answer", "open-microphone"]);
  expect(loser.next(on.microphone("theirs")).did).toEqual(["send accept", "open-audio"]);
});

test("[CL4] a call that was not asked for yet gives way to theirs, whoever is lower", () => {
  const looking = line().next(on.dial());
  const met = looking.next(on.offered(high, "theirs", low.device));
  expect(met.state).toMatchObject({ kind: "connecting", call: "theirs" });
  expect(met.did).toEqual(["close out", "open-media", "answer before-answer", "open-microphone"]);
});

test("[CL4] the person we ring on one device calls from another: that call is taken", () => {
  const elsewhere = { ...high, device: third.device };
  const met = ringingOut().next(on.offered(elsewhere, "theirs", low.device));
  expect(met.state).toMatchObject({ kind: "connecting", call: "theirs", peer: elsewhere });
});

test("[CL5] a device that calls anew has forgotten the old call", () => {
  for (const call of [talkingOut(), talkingIn(), line().next(on.offered())]) {
    const again = call.next(on.offered(high, "anew"));
    expect(again.state).toMatchObject({ kind: "ringing-in", call: "anew" });
    expect(again.did).toContainEqual(expect.stringMatching(/^close (in|out)$/));
    expect(again.did.slice(-3)).toEqual(["send ringing", "open-media", "answer before-answer"]);
  }
});

test("[CL6] answering opens the microphone first; only then are they told, and sound opens", () => {
  const taken = line().next(on.offered()).next(on.media("connected", "in")).next(on.person("answer"));
  expect(taken.did).toEqual(["open-microphone"]);
  expect(taken.state.kind).toBe("connecting");
  const open = taken.next(on.microphone());
  expect(open.did).toEqual(["send accept", "open-audio"]);
  expect(open.state.kind).toBe("connected");
});

test("[CL6] without a microphone the call ends with its reason, and they hear that it failed", () => {
  const call = line().next(on.offered()).next(on.person("answer"));
  const denied = call.next({ kind: "media-broke", call: "in", reason: { kind: "microphone", fault: "denied" } });
  expect(denied.state).toMatchObject(ended({ kind: "microphone", fault: "denied" }));
  expect(denied.did).toEqual(["hangup failed", "close in"]);
});

test("[CL7] the caller opens sound as soon as it hears that the call was accepted", () => {
  const early = ringingOut().next(on.heard("accept"));
  expect(early.state.kind).toBe("connecting");
  expect(early.did[0]).toBe("open-audio");
  expect(early.next(on.media("connected")).state.kind).toBe("connected");
});

test("[CL7] accepting before the device described its end is no call", () => {
  const call = line().next(on.dial()).next(on.reached()).next(on.heard("accept"));
  expect(call.state).toMatchObject(ended({ kind: "protocol" }));
});

test("[CL8] after the answer the caller looks for a better way, once, with new ICE credentials", () => {
  const call = ringingOut(widening).next(on.media("connected")).next(on.heard("accept"));
  expect(call.did).toEqual(["open-audio", "offer after-answer restart"]);
  expect(call.state).toMatchObject({ kind: "connected", round: { kind: "open" } });
  expect(call.next(on.heard("answer")).did).toEqual(["apply"]);
});

test("[CL8] where relays carry everything, or the way is direct already, nothing is renegotiated", () => {
  expect(ringingOut(relayOnly).next(on.media("connected")).next(on.heard("accept")).did).toEqual(["open-audio"]);
  const direct = ringingOut(open).next(on.media("connected")).next({ kind: "path", call: "out", path: "direct" });
  expect(direct.next(on.heard("accept")).did).toEqual(["open-audio"]);
  const relayed = ringingOut(open).next(on.media("connected")).next({ kind: "path", call: "out", path: "relayed" });
  expect(relayed.next(on.heard("accept")).did).toEqual(["open-audio", "offer after-answer restart"]);
});

test("[CL8] the callee shows its own addresses only once the person has answered", () => {
  const rings = line().next(on.offered());
  expect(rings.next(on.heard("offer", "in")).did).toEqual(["answer before-answer"]);
  expect(rings.next(on.person("answer")).next(on.heard("offer", "in")).did).toEqual(["answer after-answer"]);
  expect(talkingIn().next(on.heard("offer", "in")).did).toEqual(["answer after-answer"]);
});

test("[CL8] only the caller offers", () => {
  expect(talkingOut().next(on.heard("offer")).state).toMatchObject(ended({ kind: "protocol" }));
});

test("[CL9] hanging up ends a call at once, whatever it does", () => {
  const early = line().next(on.dial()).next(on.person("hangup"));
  expect(early.state).toMatchObject(ended({ kind: "cancelled" }));
  expect(early.did).toEqual(["close out"]);
  const rung = ringingOut().next(on.person("hangup"));
  expect(rung.state).toMatchObject(ended({ kind: "cancelled" }));
  expect(rung.did).toEqual(["hangup hangup", "close out"]);
  const talked = talkingIn().next(on.person("hangup"), 5_000);
  expect(talked.state).toMatchObject({ ...ended({ kind: "hung-up", by: "us" }), endedAt: START + 5_000 });
  expect(talked.did).toEqual(["hangup hangup", "close in"]);
});

test("[CL9] both hang up at once: each end has hung up, and what comes late changes nothing", () => {
  const ours = talkingOut().next(on.person("hangup"));
  const late = ours.next({ kind: "heard-hangup", call: "out", reason: "hangup" });
  expect(late.state).toBe(ours.state);
});

test.each([
  ["hangup", { kind: "declined", by: "them" }],
  ["decline", { kind: "declined", by: "them" }],
  ["busy", { kind: "busy" }],
  ["no-answer", { kind: "no-answer" }],
  ["refused", { kind: "refused" }],
  ["failed", { kind: "their-failure" }],
  ["stranger", { kind: "stranger" }],
] as const)("[CL10] while it rings there, their %s ends the call", (reason, shown) => {
  const call = ringingOut().next({ kind: "heard-hangup", call: "out", reason });
  expect(call.state).toMatchObject(ended(shown));
  expect(call.did).toEqual(["close out"]);
});

test("[CL10] declining tells them; a caller who gives up was missed", () => {
  const rings = line().next(on.offered());
  const declined = rings.next(on.person("decline"));
  expect(declined.state).toMatchObject(ended({ kind: "declined", by: "us" }));
  expect(declined.did).toEqual(["hangup decline", "close in"]);
  expect(rings.next(on.person("hangup")).state).toMatchObject(ended({ kind: "declined", by: "us" }));
  const missed = rings.next({ kind: "heard-hangup", call: "in", reason: "hangup" });
  expect(missed.state).toMatchObject(ended({ kind: "missed" }));
  expect(talkingIn().next({ kind: "heard-hangup", call: "in", reason: "hangup" }).state).toMatchObject(
    ended({ kind: "hung-up", by: "them" }),
  );
});

test("[CL11] after 45 s without an answer both ends give up by themselves", () => {
  const out = ringingOut();
  expect(out.wake).toBe(45_000);
  expect(out.next(on.tick, 44_999).state.kind).toBe("ringing-out");
  const unanswered = out.next(on.tick, 45_000);
  expect(unanswered.state).toMatchObject(ended({ kind: "no-answer" }));
  expect(unanswered.did).toEqual(["hangup no-answer", "close out"]);
  const rings = line().next(on.offered());
  expect(rings.wake).toBe(45_000);
  expect(rings.next(on.tick, 45_000).state).toMatchObject(ended({ kind: "missed" }));
});

test("[CL12] a way that does not open in 20 s, or not at all, ends the call with why", () => {
  const call = line().next(on.dial());
  expect(call.wake).toBe(20_000);
  expect(call.next(on.tick, 20_000).state).toMatchObject(ended({ kind: "unreachable" }));
  const offline = call.next({ kind: "not-reached", call: "out", reason: { kind: "offline" } });
  expect(offline.state).toMatchObject(ended({ kind: "offline" }));
});

test("[CL13] answered, but no way through in 30 s: the call ends with what was tried", () => {
  const call = ringingOut(relayOnly)
    .next({ kind: "candidate", call: "out", whose: "ours", tried: "relay" })
    .next({ kind: "candidate", call: "out", whose: "ours", tried: "relay" })
    .next(on.heard("accept"));
  expect(call.wake).toBe(30_000);
  const failed = call.next(on.tick, 30_000);
  expect(failed.state).toMatchObject(ended({ kind: "no-path", tried: { ours: ["relay"], theirs: [] } }));
  expect(failed.did).toEqual(["hangup failed", "close out"]);
});

test("[CL13] they give up first, because they answered first: the call ends with what we tried", () => {
  const call = ringingOut(relayOnly)
    .next({ kind: "candidate", call: "out", whose: "theirs", tried: "relay" })
    .next(on.heard("accept"));
  const given = call.next({ kind: "heard-hangup", call: "out", reason: "failed" }, 29_900);
  expect(given.state).toMatchObject(ended({ kind: "no-path", tried: { ours: [], theirs: ["relay"] } }));
});

test("[CL14] what is said about another call changes nothing", () => {
  const call = talkingOut();
  for (const event of [
    on.heard("accept", "other"),
    on.media("failed", "other"),
    on.channel("channel-lost", "other"),
    on.microphone("other"),
    { kind: "heard-hangup", call: "other", reason: "hangup" },
    { kind: "refused", call: "other", reason: { kind: "security", detail: "" } },
    { kind: "not-reached", call: "other", reason: { kind: "offline" } },
  ] as const)
    expect(call.next(event).state).toBe(call.state);
});

test("[CL28] a description that was refused ends the call, and they are told", () => {
  const call = ringingOut().next({ kind: "refused", call: "out", reason: { kind: "security", detail: "x" } });
  expect(call.state).toMatchObject(ended({ kind: "security" }));
  expect(call.did).toEqual(["hangup refused", "close out"]);
});

test("[CL33] no relay answers: the call ends where only relays may be used, and goes on elsewhere", () => {
  expect(ringingOut(relayOnly).next(on.media("no-relay")).state).toMatchObject(ended({ kind: "no-relay" }));
  expect(ringingOut(widening).next(on.media("no-relay")).state.kind).toBe("ringing-out");
  expect(talkingOut(relayOnly).next(on.media("no-relay")).state.kind).toBe("connected");
});

test("[CL45] a DTLS handshake that fails is the end: no other way would help", () => {
  for (const call of [ringingOut(), talkingOut()])
    expect(call.next(on.media("encryption-failed")).state).toMatchObject(ended({ kind: "encryption-failed" }));
});

test("[CL9] stopping ends a call and forgets an ended one", () => {
  expect(talkingOut().next(on.person("stop")).state).toMatchObject(ended({ kind: "stopped" }));
  expect(talkingOut().next(on.person("hangup")).next(on.person("stop")).state.kind).toBe("idle");
  expect(talkingOut().next(on.person("hangup")).next(on.person("dismiss")).state.kind).toBe("idle");
  expect(talkingOut().next(on.person("dismiss")).state.kind).toBe("connected");
});
