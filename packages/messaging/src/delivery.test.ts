import { MAX_RECEIPT_IDS } from "@skein/wire";
import { describe, expect, test } from "vitest";
import { createDeliveryScript, type DeliveryScript, textOf } from "../test/delivery-script.ts";
import {
  ACKNOWLEDGE_TIMEOUT_MS,
  BACKOFF_MAX_AWAY_MS,
  BACKOFF_MAX_MS,
  MAX_CHANNELS,
  MIN_REDIAL_MS,
  REPEATED_READS,
  WINDOW_LENGTH,
  WINDOW_MESSAGES,
} from "./defaults.ts";
import type { MessageId } from "./message.ts";

const numbered = (count: number, prefix = "m"): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Fails the dial under way and says how long the machine then waits before the next. */
function failDial(script: DeliveryScript): number {
  const said = script.step({ kind: "dial-failed" });
  const wait = Number(said.find((line) => line.startsWith("wake"))?.slice("wake +".length));
  script.wait(wait);
  expect(script.tick()).toContain("dial");
  return wait;
}

describe("delivery", () => {
  test("[MS1] a message is dialled for at once, sent, delivered, read", () => {
    const alice = createDeliveryScript();
    expect(alice.send("hi")).toEqual(["dial"]);
    expect(alice.up(1)).toEqual(["1: text hi", `wake +${ACKNOWLEDGE_TIMEOUT_MS}`]);
    expect(alice.step({ kind: "given", channel: 1, id: "hi" as MessageId })).toEqual(["hi sent"]);
    expect(alice.receipt(1, "delivered", "hi")).toEqual(["hi delivered"]);
    expect(alice.receipt(1, "read", "hi")).toEqual(["hi read"]);
    expect(alice.send("again")).toEqual(["1: text again", `wake +${ACKNOWLEDGE_TIMEOUT_MS}`]);
  });

  test("[MS1] a channel that takes a message after its receipt does not move it back", () => {
    const alice = createDeliveryScript();
    alice.send("hi");
    alice.up(1);
    expect(alice.receipt(1, "delivered", "hi")).toEqual(["hi delivered"]);
    expect(alice.step({ kind: "given", channel: 1, id: "hi" as MessageId })).toEqual([]);
  });

  test("[MS2] what was not acknowledged goes again on the next channel, in order, under the same ids", () => {
    const alice = createDeliveryScript();
    alice.send("a", "b", "c");
    alice.up(1);
    alice.receipt(1, "delivered", "a");
    expect(alice.down(1)).toEqual(["wake +2000"]);
    alice.send("d");
    alice.wait(2_000);
    expect(alice.tick()).toEqual(["dial"]);
    expect(alice.up(2).slice(0, 3)).toEqual(["2: text b", "2: text c", "2: text d"]);
  });

  test("[MS2] an outbox loaded from the store is sent in its order", () => {
    const alice = createDeliveryScript({ outbox: ["a", "b"] });
    expect(alice.state().link.kind).toBe("dialling");
    expect(alice.up(1).slice(0, 2)).toEqual(["1: text a", "1: text b"]);
  });

  test("[MS3] the newest channel is sent on; when it ends, the one before takes over with what was not acknowledged", () => {
    const alice = createDeliveryScript();
    alice.send("a");
    alice.up(1);
    expect(alice.up(2, "peer")).toContain("2: text a");
    expect(alice.down(2)).toContain("1: text a");
    expect(alice.down(2)).toEqual([]);
  });

  test("[MS3] a channel too many closes the oldest", () => {
    const alice = createDeliveryScript();
    for (let channel = 1; channel <= MAX_CHANNELS; channel += 1) expect(alice.up(channel, "peer")).toEqual([]);
    expect(alice.up(MAX_CHANNELS + 1, "peer")).toEqual(["close 1 done"]);
    expect(alice.down(1, "done")).toEqual([]);
    expect(alice.send("a")).toContain(`${MAX_CHANNELS + 1}: text a`);
  });

  test("[MS4] no more than a window is given and not acknowledged, the oldest first", () => {
    const alice = createDeliveryScript({ outbox: numbered(WINDOW_MESSAGES + 2) });
    const written = alice.up(1).filter((line) => line.startsWith("1: text"));
    expect(written).toEqual(numbered(WINDOW_MESSAGES).map((id) => `1: text ${id}`));
    expect(alice.send("late")).toEqual([]);
    expect(alice.receipt(1, "delivered", "m0", "m1")).toEqual([
      "m0 m1 delivered",
      `1: text m${WINDOW_MESSAGES}`,
      `1: text m${WINDOW_MESSAGES + 1}`,
    ]);
  });

  test("[MS4] the window also bounds the text in it, but one message always fits", () => {
    const alice = createDeliveryScript();
    const long = { ...textOf("long"), body: "x".repeat(WINDOW_LENGTH + 1) };
    alice.step({ kind: "send", message: long });
    alice.send("short");
    expect(alice.up(1).slice(0, 1)).toEqual(["1: text long"]);
    expect(alice.receipt(1, "delivered", "long")).toContain("1: text short");
  });

  test("[MS4] a short message does not overtake a long one that has no room yet", () => {
    const alice = createDeliveryScript();
    for (const id of ["long", "longer"]) {
      alice.step({ kind: "send", message: { ...textOf(id), body: "x".repeat(WINDOW_LENGTH * 0.75) } });
    }
    alice.send("short");
    const texts = (lines: string[]): string[] => lines.filter((line) => line.includes("text"));
    expect(texts(alice.up(1))).toEqual(["1: text long"]);
    expect(texts(alice.receipt(1, "delivered", "long"))).toEqual(["1: text longer", "1: text short"]);
  });

  test("[MS5] a text is acknowledged only once it is stored, together with those stored soon after", () => {
    const bob = createDeliveryScript();
    bob.up(1, "peer");
    const hear = (id: string): string[] =>
      bob.step({ kind: "heard", channel: 1, frame: { kind: "text", ...textOf(id) } });
    expect(hear("a")).toEqual(["store a"]);
    expect(bob.step({ kind: "stored", channel: 1, id: "a" as MessageId })).toEqual(["wake +25"]);
    expect(hear("b")).toEqual(["store b"]);
    bob.wait(10);
    expect(bob.step({ kind: "stored", channel: 1, id: "b" as MessageId })).toEqual([]);
    bob.wait(15);
    expect(bob.tick()).toEqual(["1: delivered a b"]);
    expect(bob.tick()).toEqual([]);
  });

  test("[MS5] a full frame of receipts does not wait, and one that comes again is acknowledged again", () => {
    const bob = createDeliveryScript();
    bob.up(1, "peer");
    const said = numbered(MAX_RECEIPT_IDS).flatMap((id) =>
      bob.step({ kind: "stored", channel: 1, id: id as MessageId }),
    );
    expect(said).toEqual(["wake +25", `1: delivered ${numbered(MAX_RECEIPT_IDS).join(" ")}`]);
    bob.step({ kind: "stored", channel: 1, id: "m0" as MessageId });
    bob.wait(25);
    expect(bob.tick()).toEqual(["1: delivered m0"]);
  });

  test("[MS5] a receipt goes back by the channel its message came by, and is dropped when that ended", () => {
    const bob = createDeliveryScript();
    bob.up(1, "peer");
    bob.up(2, "peer");
    bob.step({ kind: "stored", channel: 1, id: "a" as MessageId });
    bob.step({ kind: "stored", channel: 2, id: "b" as MessageId });
    bob.down(2);
    bob.step({ kind: "stored", channel: 2, id: "c" as MessageId });
    bob.wait(25);
    expect(bob.tick()).toEqual(["1: delivered a"]);
  });

  test("[MS5] a text that is not kept closes its channel, after the receipts of those before it", () => {
    const bob = createDeliveryScript();
    bob.up(1, "peer");
    bob.step({ kind: "stored", channel: 1, id: "a" as MessageId });
    expect(bob.step({ kind: "refused", channel: 1, reason: "done" })).toEqual(["1: delivered a", "close 1 done"]);
    bob.down(1, "done");
    // It may have ended already, with texts in it that are not read yet.
    expect(bob.step({ kind: "refused", channel: 1, reason: "done" })).toEqual(["close 1 done"]);
  });

  test("[MS6] read receipts go at once; the newest are repeated on every new channel, those loaded from the store too", () => {
    const bob = createDeliveryScript({ reads: numbered(REPEATED_READS + 5, "old") });
    const loaded = numbered(REPEATED_READS + 5, "old").slice(5);
    expect(bob.state().link.kind).toBe("idle");
    expect(bob.up(1, "peer")).toEqual([`1: read ${loaded.join(" ")}`]);
    expect(bob.step({ kind: "read", ids: ["new" as MessageId] })).toEqual(["1: read new"]);
    bob.down(1);
    expect(bob.up(2, "peer")).toEqual([`2: read ${[...loaded.slice(1), "new"].join(" ")}`]);
  });

  test("[MS6] a read receipt without a channel is worth a dial, and more than a frame of them are several frames", () => {
    const bob = createDeliveryScript();
    const ids = numbered(MAX_RECEIPT_IDS + 1) as MessageId[];
    expect(bob.step({ kind: "read", ids })).toEqual(["dial"]);
    const frames = bob.up(1).map((line) => line.split(" ").length - 2);
    expect(frames).toEqual([MAX_RECEIPT_IDS, 1]);
  });

  test("[MS7] waits between dials double up to a bound, which is longer for someone believed away", () => {
    const alice = createDeliveryScript();
    alice.send("a");
    expect(Array.from({ length: 10 }, () => failDial(alice))).toEqual([
      2_000,
      4_000,
      8_000,
      16_000,
      32_000,
      64_000,
      128_000,
      256_000,
      BACKOFF_MAX_MS,
      BACKOFF_MAX_MS,
    ]);
    alice.step({ kind: "peer", belief: "offline" });
    expect([failDial(alice), failDial(alice)]).toEqual([BACKOFF_MAX_AWAY_MS, BACKOFF_MAX_AWAY_MS]);
  });

  test("[MS7] chance spreads the wait over its upper half", () => {
    const alice = createDeliveryScript({ chance: 0 });
    alice.send("a");
    expect(failDial(alice)).toBe(2_000 / 2);
  });

  test("[MS7] a tick that comes too early asks again", () => {
    const alice = createDeliveryScript();
    alice.send("a");
    alice.step({ kind: "dial-failed" });
    alice.wait(500);
    expect(alice.tick()).toEqual(["wake +1500"]);
  });

  test("[MS7] only an acknowledgement starts the waits anew: a peer that opens and closes is dialled ever more slowly", () => {
    const alice = createDeliveryScript();
    alice.send("a");
    const waits = [1, 2, 3].map((channel) => {
      alice.up(channel);
      const wait = Number(alice.down(channel, "done")[0]?.slice("wake +".length));
      alice.wait(wait);
      alice.tick();
      return wait;
    });
    expect(waits).toEqual([2_000, 4_000, 8_000]);
    alice.up(4);
    alice.receipt(4, "delivered", "other");
    expect(alice.down(4)).toEqual(["wake +2000"]);
  });

  test("[MS8] news that the peer is there dials at once, but never twice within two seconds", () => {
    const alice = createDeliveryScript();
    alice.send("a");
    for (let times = 0; times < 6; times += 1) failDial(alice);
    alice.step({ kind: "dial-failed" });
    alice.wait(MIN_REDIAL_MS);
    expect(alice.step({ kind: "peer", belief: "online" })).toEqual(["dial"]);
    expect(alice.step({ kind: "dial-failed" })).toEqual(["wake +2000"]);
    alice.wait(500);
    expect(alice.step({ kind: "peer", belief: "online" })).toEqual([]);
    alice.wait(1_500);
    expect(alice.tick()).toEqual(["dial"]);
  });

  test("[MS8] news without anything to send dials nobody", () => {
    expect(createDeliveryScript().step({ kind: "peer", belief: "online" })).toEqual([]);
  });

  test("[MS9] while our own network is down nothing is dialled; when it is up, at once", () => {
    const alice = createDeliveryScript();
    alice.step({ kind: "network", status: "down" });
    expect(alice.send("a")).toEqual([]);
    alice.wait(BACKOFF_MAX_AWAY_MS);
    expect(alice.tick()).toEqual([]);
    expect(alice.step({ kind: "network", status: "up" })).toEqual(["dial"]);
  });

  test("[MS9] open channels outlive our own network's connection", () => {
    const alice = createDeliveryScript();
    alice.up(1, "peer");
    alice.step({ kind: "network", status: "down" });
    expect(alice.send("a")).toContain("1: text a");
  });

  test("[MS10] after superseded the side that had dialled dials again at once, with or without something to send", () => {
    const alice = createDeliveryScript();
    alice.step({ kind: "connect" });
    alice.up(1, "us");
    alice.wait(10_000);
    expect(alice.down(1, "superseded")).toEqual(["dial"]);
    alice.up(2, "us");
    expect(alice.down(2, "superseded")).toEqual(["wake +250"]);
  });

  test("[MS10] the other side gives it a second, and needs something to send", () => {
    const bob = createDeliveryScript();
    bob.up(1, "peer");
    expect(bob.down(1, "superseded")).toEqual([]);
    expect(bob.state().link.kind).toBe("idle");
    bob.up(2, "peer");
    bob.send("a");
    expect(bob.down(2, "superseded")).toEqual(["wake +1000"]);
    expect(bob.up(3, "peer")).toContain("3: text a");
  });

  test("[MS11] a channel that acknowledges nothing is given up, and what it took goes on the next", () => {
    const alice = createDeliveryScript();
    alice.send("a");
    alice.up(1);
    alice.wait(20_000);
    alice.step({ kind: "given", channel: 1, id: "a" as MessageId });
    alice.wait(ACKNOWLEDGE_TIMEOUT_MS - 1);
    expect(alice.tick().filter((line) => line.startsWith("close"))).toEqual([]);
    alice.wait(1);
    expect(alice.tick()).toEqual(["close 1 lost", "wake +2000"]);
    expect(alice.down(1)).toEqual([]);
    alice.wait(2_000);
    expect(alice.tick()).toEqual(["dial"]);
    expect(alice.up(2)).toContain("2: text a");
  });

  test("[MS11] a channel with nothing under way may be silent for ever", () => {
    const alice = createDeliveryScript();
    alice.send("a");
    alice.up(1);
    alice.receipt(1, "delivered", "a");
    alice.wait(10 * ACKNOWLEDGE_TIMEOUT_MS);
    expect(alice.tick()).toEqual([]);
    expect(alice.state().link.kind).toBe("open");
  });

  test("[MS12] a channel that ends with nothing to send is not dialled again", () => {
    for (const reason of ["lost", "done"] as const) {
      const alice = createDeliveryScript();
      alice.up(1, "us");
      expect(alice.down(1, reason)).toEqual([]);
      expect(alice.state().link.kind).toBe("idle");
    }
  });

  test("[MS13] a new message cuts a long wait short, but not to less than five seconds after the last dial", () => {
    const alice = createDeliveryScript();
    alice.send("a");
    for (let times = 0; times < 8; times += 1) failDial(alice);
    alice.step({ kind: "dial-failed" });
    alice.wait(1_000);
    expect(alice.send("b")).toEqual(["wake +4000"]);
    alice.wait(4_000);
    expect(alice.tick()).toEqual(["dial"]);
  });

  test("[MS14] connect dials without anything to send, once", () => {
    const alice = createDeliveryScript();
    expect(alice.step({ kind: "connect" })).toEqual(["dial"]);
    expect(alice.step({ kind: "connect" })).toEqual([]);
    alice.up(1);
    expect(alice.step({ kind: "connect" })).toEqual([]);
  });

  test("[MS14] a dial that fails after the peer came through changes nothing", () => {
    const alice = createDeliveryScript();
    alice.send("a");
    alice.up(1, "peer");
    expect(alice.step({ kind: "dial-failed" })).toEqual([]);
    expect(alice.state().link.kind).toBe("open");
  });
});
