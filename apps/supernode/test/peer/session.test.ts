import type { CallView, QualityView } from "@skein/client";
import { describe, expect, test } from "vitest";
import { ECHO_MARK, runEcho } from "../../src/peer/echo.ts";
import { createEchoSource } from "../../src/peer/echo-source.ts";
import { isDiscreet, lineOf, type PeerNews } from "../../src/peer/lines.ts";
import { obey } from "../../src/peer/obey.ts";
import { watchSession } from "../../src/peer/session-watch.ts";
import { createDecoder, FRAME_SAMPLES } from "../../src/peer/sound/opus.ts";
import { contactOf, createFakeSession, type FakeSession, messageView, userOf } from "./fake-session.ts";

const ann = userOf(1);
const ben = userOf(2);
const QUALITY: QualityView = { rttMs: 40, jitterBufferMs: 60, lossPct: 2, sendKbps: 32, receiveKbps: 32, mos: 4 };

function callOf(kind: "ringing-in" | "connected" | "ended", more: object = {}): CallView {
  const ends = { reason: "hung-up", sentence: "They hung up.", lastedMs: 1_000 };
  const facts = { connected: { connectedAt: 1, muted: false }, ended: ends, "ringing-in": {} }[kind];
  return { kind, call: "c1", user: ann, name: "Ann", ...facts, ...more } as CallView;
}

/** What is told of a session, and how. */
function watched(session: FakeSession) {
  const told: PeerNews[] = [];
  const stop = watchSession(session, (news) => void told.push(news));
  return { told, stop, of: (kind: PeerNews["kind"]) => told.filter((news) => news.kind === kind) };
}

describe("what a peer says", () => {
  test("[PE2] who it is comes first, each change once, and nothing for what stays", () => {
    const session = createFakeSession();
    const { told } = watched(session);
    expect(told.map(({ kind }) => kind)).toEqual(["ready", "network"]);
    session.change({ network: { kind: "online", via: ["abc"] } });
    session.change({ network: { kind: "online", via: ["abc"] } });
    session.change({ contacts: [contactOf(ann, "Ann")] });
    session.change({ contacts: [{ ...contactOf(ann, "Ann"), presence: "offline" }, contactOf(ben, "Ben")] });
    session.change({ contacts: [contactOf(ben, "Ben")] });
    session.change({ call: callOf("ringing-in") });
    session.change({ requests: [{ user: userOf(3), name: "Cy", firstMessage: "hi", at: 5 }] });
    expect(told.slice(2)).toEqual([
      { kind: "network", mode: "p2p", network: { kind: "online", via: ["abc"] } },
      { kind: "contact", user: ann, name: "Ann", presence: "online", unread: 0, verified: false },
      { kind: "contact", user: ann, name: "Ann", presence: "offline", unread: 0, verified: false },
      { kind: "contact", user: ben, name: "Ben", presence: "online", unread: 0, verified: false },
      { kind: "contact-gone", user: ann },
      { kind: "call", call: callOf("ringing-in") },
      { kind: "request", user: userOf(3), name: "Cy", firstMessage: "hi", at: 5 },
    ]);
  });

  test("[PE2] a line is one JSON object with the time and the number of the peer", () => {
    const line = lineOf(3, 17, { kind: "error", reason: "two\nlines" });
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(JSON.parse(line)).toEqual({ at: 17, peer: 3, kind: "error", reason: "two\nlines" });
  });

  test("[PE4] messages are told when they are new and when they come further; history is no news", () => {
    const session = createFakeSession({ contacts: [contactOf(ann, "Ann")] });
    const { of, stop } = watched(session);
    session.messages(ann, messageView("1", "long ago", "read"));
    expect(of("message")).toEqual([]);
    session.messages(ann, messageView("1", "long ago", "read"), messageView("2", "now", "queued", true));
    session.messages(ann, messageView("1", "long ago", "read"), messageView("2", "now", "delivered", true));
    expect(of("message").map((news) => "body" in news && [news.body, news.state])).toEqual([
      ["now", "queued"],
      ["now", "delivered"],
    ]);
    session.change({ contacts: [contactOf(ann, "Ann"), contactOf(ben, "Ben")] });
    session.messages(ben, messageView("3", "what made me a contact", "delivered"));
    expect(of("message")).toHaveLength(3);
    stop();
    session.messages(ben, messageView("4", "unheard", "delivered"));
    expect(of("message")).toHaveLength(3);
  });

  test("[PE1] [PE3] an order is carried out and its outcome told with its tag; what cannot be read is one error", async () => {
    const session = createFakeSession();
    const said: [number, PeerNews][] = [];
    let quits = 0;
    const order = (text: string): Promise<void> =>
      obey(text, new Map([[2, { session }]]), {
        say: (peer, news) => void said.push([peer, news]),
        quit: () => {
          quits += 1;
        },
      });
    await order(`{"kind":"answer","peer":2,"tag":"t"}`);
    await order(`{"do":"link","peer":2}`);
    await order("  ");
    await order("dance");
    await order(`{"kind":"answer"}`);
    expect(session.asked).toEqual([{ kind: "answer" }]);
    expect(said).toEqual([
      [2, { kind: "outcome", tag: "t", ok: true }],
      [2, { kind: "link", link: "http://page/#/add/me" }],
      [0, { kind: "error", reason: "not JSON" }],
      [0, { kind: "error", reason: "there is no peer 0" }],
    ]);
    await order(`{"do":"quit","peer":2}`);
    expect(quits).toBe(1);
  });
});

describe("an echo", () => {
  test("[PE65] tells nothing of what people write, say or do", () => {
    const session = createFakeSession({ contacts: [contactOf(ann, "Ann")] });
    const { told } = watched(session);
    session.messages(ann);
    session.messages(ann, messageView("1", "a secret", "delivered"));
    session.change({ call: callOf("ringing-in"), requests: [{ user: ben, name: "Ben", firstMessage: "hi", at: 5 }] });
    expect(told.map(({ kind }) => kind)).toEqual(["ready", "network", "contact", "message", "request", "call"]);
    expect(told.filter(isDiscreet).map(({ kind }) => kind)).toEqual(["ready", "network"]);
  });

  test("[PE60] accepts each who asks, once", () => {
    const session = createFakeSession();
    runEcho(session);
    const request = { user: ann, name: "Ann", firstMessage: "hi", at: 5 };
    session.change({ requests: [request] });
    session.change({ requests: [request], network: { kind: "online", via: [] } });
    expect(session.asked).toEqual([{ kind: "accept-request", user: ann }]);
  });

  test("[PE61] says each message back once and marks it as read; not those of another echo, and none of its own", () => {
    const session = createFakeSession({ contacts: [contactOf(ann, "Ann")] });
    runEcho(session);
    const news = [
      messageView("0", "answered yesterday", "read"),
      messageView("1", "hello", "delivered"),
      messageView("2", `${ECHO_MARK}hello`, "delivered"),
      messageView("3", "mine", "delivered", true),
    ];
    session.messages(ann, ...news);
    session.messages(ann, ...news, messageView("4", `${ECHO_MARK}hello`, "queued", true));
    expect(session.asked).toEqual([
      { kind: "send", user: ann, body: "↩ hello" },
      { kind: "mark-read", user: ann },
    ]);
  });

  test("[PE61] a message of the longest kind comes back cut, and whole at its characters", () => {
    const session = createFakeSession({ contacts: [contactOf(ann, "Ann")] });
    runEcho(session);
    session.messages(ann, messageView("1", `x${"🦢".repeat(3_000)}`, "delivered"));
    const [answer] = session.asked;
    const body = answer?.kind === "send" ? answer.body : expect.fail("nothing was sent");
    expect(body.length).toBeLessThanOrEqual(2_002);
    expect(body.isWellFormed()).toBe(true);
  });

  test("[PE62] takes the call, and at its end says what was measured: the mean of each second once", () => {
    const session = createFakeSession({ contacts: [contactOf(ann, "Ann")] });
    const stop = runEcho(session);
    session.change({ call: callOf("ringing-in") });
    session.change({ call: callOf("connected") });
    session.change({ call: callOf("connected", { quality: QUALITY }) });
    session.change({ call: callOf("connected", { quality: QUALITY }), network: { kind: "online", via: [] } });
    session.change({ call: callOf("connected", { quality: { ...QUALITY, mos: 3, lossPct: 4, rttMs: 60 } }) });
    session.change({ call: callOf("ended") });
    session.change({ call: callOf("ended"), network: { kind: "stopped" } });
    expect(session.asked).toEqual([
      { kind: "answer" },
      {
        kind: "send",
        user: ann,
        body: "↩ Your call, as it was heard here for 2 s: MOS 3.5 of 4.5, loss 3.0 %, round trip 50 ms.",
      },
    ]);
    stop();
    session.change({ call: callOf("ringing-in", { call: "c2" }) });
    expect(session.asked).toHaveLength(2);
  });

  test("[PE62] a call that never connected is not measured", () => {
    const session = createFakeSession();
    runEcho(session);
    session.change({ call: callOf("ringing-in") });
    session.change({ call: callOf("ended") });
    expect(session.asked).toEqual([{ kind: "answer" }]);
  });

  test("[PE63] begins with a tone, then says what it heard a second ago", () => {
    const { source, hear } = createEchoSource();
    const decode = createDecoder();
    const loudness: number[] = [];
    const click = new Int16Array(FRAME_SAMPLES).map((_, at) => (at % 96 < 48 ? 16_000 : -16_000));
    for (let frame = 0; frame < 150; frame += 1) {
      hear(frame === 60 ? click : new Int16Array(FRAME_SAMPLES));
      loudness.push(Math.max(...(decode(source.next()) ?? []).map(Math.abs)));
    }
    expect(Math.min(...loudness.slice(2, 19))).toBeGreaterThan(4_000);
    expect(Math.max(...loudness.slice(25, 108))).toBeLessThan(500);
    const back = loudness.findIndex((level, frame) => frame > 30 && level > 4_000);
    expect(back).toBeGreaterThanOrEqual(110);
    expect(back).toBeLessThanOrEqual(112);
  });
});
