import type { Command } from "@skein/client";
import { systemRandom, userIdFromKey } from "@skein/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_LINE_LENGTH, parsePeerLine } from "./commands.ts";

const user = userIdFromKey(systemRandom.bytes(32));

/** One of every kind: the type keeps the list whole. */
const commands: Readonly<Record<Command["kind"], Command>> = {
  rename: { kind: "rename", name: "Ann" },
  "add-contact": { kind: "add-contact", link: "http://localhost/#/add/x" },
  "remove-contact": { kind: "remove-contact", user },
  block: { kind: "block", user },
  unblock: { kind: "unblock", user },
  "accept-request": { kind: "accept-request", user },
  "decline-request": { kind: "decline-request", user },
  "mark-verified": { kind: "mark-verified", user, verified: true },
  send: { kind: "send", user, body: "hello" },
  "mark-read": { kind: "mark-read", user },
  "load-older": { kind: "load-older", user },
  call: { kind: "call", user },
  answer: { kind: "answer" },
  decline: { kind: "decline" },
  "hang-up": { kind: "hang-up" },
  "dismiss-call": { kind: "dismiss-call" },
  mute: { kind: "mute", muted: true },
  "choose-microphone": { kind: "choose-microphone", deviceId: "tone:440" },
  "choose-mode": { kind: "choose-mode", mode: "central" },
  "set-availability": { kind: "set-availability", availability: "away" },
  "change-settings": { kind: "change-settings", settings: { direct: "never", readReceipts: false } },
  "read-meter": { kind: "read-meter" },
};

test("[PE1] every command of the client is read from a line, and so are the peer's own", () => {
  for (const command of Object.values(commands))
    expect(parsePeerLine(JSON.stringify(command))).toEqual({ peer: 0, order: command });
  for (const own of ["link", "state", "quit"])
    expect(parsePeerLine(JSON.stringify({ do: own }))).toEqual({ peer: 0, order: { do: own } });
});

test("[PE1] a line may name the peer and carry a tag", () => {
  expect(parsePeerLine(`{"kind":"answer","peer":3,"tag":"x1"}`)).toEqual({
    peer: 3,
    tag: "x1",
    order: { kind: "answer" },
  });
});

test.each([
  ["", "not JSON"],
  ["answer", "not JSON"],
  ["[]", "not a JSON object"],
  ["null", "not a JSON object"],
  [`"answer"`, "not a JSON object"],
  ["{}", "kind"],
  [`{"kind":"dance"}`, "kind"],
  [`{"do":"dance"}`, "do"],
  [`{"kind":"call","user":"nobody"}`, "user: not a user id"],
  [`{"kind":"call"}`, "user"],
  [`{"kind":"answer","loudly":true}`, "loudly"],
  [`{"kind":"answer","peer":-1}`, "peer"],
  [`{"kind":"answer","peer":"0"}`, "peer"],
  [`{"kind":"answer","tag":7}`, "tag"],
  [`{"kind":"mute","muted":"yes"}`, "muted"],
  [`"${"x".repeat(MAX_LINE_LENGTH)}"`, "at most"],
])("[PE3] %j is refused with a sentence that says why", (line, why) => {
  expect(parsePeerLine(line)).toEqual({ fault: expect.stringContaining(why) });
});

test("[PE3] whatever is written, the answer is an order or a fault of one line", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const line = parsePeerLine(text);
      expect("fault" in line ? line.fault : "").not.toContain("\n");
    }),
  );
});
