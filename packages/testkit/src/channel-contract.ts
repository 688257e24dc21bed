import { setImmediate as turn } from "node:timers/promises";
import { type Channel, MAX_MESSAGE_BYTES, type Mode, type Path } from "@skein/core";
import { expect } from "vitest";
import { readChannel } from "./arrivals.ts";
import { type ContractOptions, contract } from "./contract.ts";
import type { ContractWorld } from "./contract-world.ts";
import { numbered, numberOf, sendUntilStalled } from "./message-stream.ts";

/** The paths a channel may take in each mode. */
const PATHS: Readonly<Record<Mode, readonly Path["kind"][]>> = { p2p: ["direct", "relayed"], central: ["central"] };

const OTHER_PROTOCOL = "/skein/contract-other/1";

/**
 * What every `Channel` promises: order, boundaries, backpressure, independence, closing. docs/spec/network.md, rules CH*.
 * Defines tests; call it at the top level of a test file.
 */
export function channelContract(
  name: string,
  makeWorld: () => Promise<ContractWorld>,
  options: ContractOptions = {},
): void {
  contract(`${name}: channel`, makeWorld, options, (test) => {
    test("[CH1] messages arrive in the order sent, one for one, both ways at once", async (stage) => {
      const { near, far } = await stage.connect(await stage.online(), await stage.online());
      const sizes = [1, 700, 3, 16_000, 2, 65_000, 5];
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        const reader = readChannel(to);
        const sent = sizes.map((size, index) => numbered(index, size));
        await stage.within(Promise.all(sent.map((message) => from.send(message))), "sends without waiting");
        for (const message of sent) expect(await stage.within(reader.next(), "the next message")).toEqual(message);
      }
    });

    test("[CH2] an empty message and one of the largest size arrive as they are", async (stage) => {
      const { near, far } = await stage.connect(await stage.online(), await stage.online());
      const reader = readChannel(far);
      for (const message of [new Uint8Array(), numbered(1, MAX_MESSAGE_BYTES), new Uint8Array(), numbered(2, 8)]) {
        await stage.within(near.send(message), "send");
        expect(await stage.within(reader.next(), "the message")).toEqual(message);
      }
    });

    test("[CH3] a larger message is rejected with too-large, and the channel goes on", async (stage) => {
      const { near, far } = await stage.connect(await stage.online(), await stage.online());
      await stage.rejects(near.send(new Uint8Array(MAX_MESSAGE_BYTES + 1)), "too-large");
      await stage.within(near.send(Uint8Array.of(7)), "send");
      expect(await stage.within(readChannel(far).next(), "the message after it")).toEqual(Uint8Array.of(7));
    });

    test("[CH4] what is sent before the other side reads waits for it", async (stage) => {
      const { near, far } = await stage.connect(await stage.online(), await stage.online());
      await stage.within(Promise.all([near.send(Uint8Array.of(1)), near.send(Uint8Array.of(2))]), "send");
      await stage.within(far.send(Uint8Array.of(3)), "send back");
      expect(await stage.within(readChannel(near).next(), "the message back")).toEqual(Uint8Array.of(3));
      const reader = readChannel(far);
      expect(await stage.within(reader.next(), "the first message")).toEqual(Uint8Array.of(1));
      expect(await stage.within(reader.next(), "the second message")).toEqual(Uint8Array.of(2));
    });

    test("[CH5] 4 MiB to a slow reader arrive whole and in order, the sender waiting for each send", async (stage) => {
      const { near, far } = await stage.connect(await stage.online(), await stage.online());
      const count = 256;
      const sending = (async () => {
        for (let index = 0; index < count; index += 1) {
          await stage.within(near.send(numbered(index, 16 * 1024)), `send ${index} resolves`);
        }
      })();
      const receiving = (async () => {
        const reader = readChannel(far);
        for (let index = 0; index < count; index += 1) {
          // The slowness under test: the sender gets several turns to each of the reader's.
          for (let turns = 0; turns < 4; turns += 1) await turn();
          const message = await stage.within(reader.next(), `message ${index}`);
          expect([numberOf(message), message.byteLength]).toEqual([index, 16 * 1024]);
        }
      })();
      await Promise.all([sending, receiving]);
    });

    test("[CH6] nobody reads: the sender stalls or the channel closes, and no gap is ever read", async (stage) => {
      const { near, far } = await stage.connect(await stage.online(), await stage.online());
      const { sent, outcome } = await sendUntilStalled(near, 32 * 1024 * 1024);
      expect(outcome).not.toBe("endless");
      const reader = readChannel(far);
      if (outcome === "stalled") {
        for (let index = 0; index < sent; index += 1) {
          expect(numberOf(await stage.within(reader.next(), `message ${index} of ${sent}`))).toBe(index);
        }
      } else {
        const numbers = (await stage.within(reader.rest(), "the iteration ends")).map(numberOf);
        expect(numbers).toEqual(numbers.map((_, index) => index));
      }
    });

    test("[CH7] channels between the same two, of one or two protocols, do not touch each other", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const channels = [
        await stage.connect(alice, bob),
        await stage.connect(alice, bob),
        await stage.connect(alice, bob, OTHER_PROTOCOL),
        await stage.connect(bob, alice, OTHER_PROTOCOL),
      ];
      const readers = channels.map(({ far }) => readChannel(far));
      await stage.within(
        Promise.all(channels.map(({ near }, index) => near.send(Uint8Array.of(index)))),
        "one message on each",
      );
      for (const [index, reader] of readers.entries()) {
        expect(await stage.within(reader.next(), `the message on channel ${index}`)).toEqual(Uint8Array.of(index));
      }
      await stage.within((channels[0] as (typeof channels)[0]).near.close("done"), "close the first");
      for (const [index, { near }] of channels.entries()) {
        if (index === 0) continue;
        await stage.within(near.send(Uint8Array.of(100 + index)), "send on the others");
        expect(await stage.within((readers[index] as (typeof readers)[0]).next(), "its message")).toEqual(
          Uint8Array.of(100 + index),
        );
      }
    });

    test("[CH8] a channel nobody reads does not hold up another between the same two", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const unread = await stage.connect(alice, bob);
      const lively = await stage.connect(alice, bob, OTHER_PROTOCOL);
      const { outcome } = await sendUntilStalled(unread.near, 4 * 1024 * 1024);
      const reader = readChannel(lively.far);
      for (let index = 0; index < 32; index += 1) {
        await stage.within(lively.near.send(numbered(index, 16 * 1024)), `send ${index} beside a ${outcome} channel`);
        expect(numberOf(await stage.within(reader.next(), `message ${index}`))).toBe(index);
      }
    });

    test("[CH9] close sends what is buffered, then ends the other side's iteration", async (stage) => {
      const { near, far } = await stage.connect(await stage.online(), await stage.online());
      const sends = Array.from({ length: 20 }, (_, index) => near.send(numbered(index, 4_096)));
      const closing = near.close("done");
      const messages = await stage.within(readChannel(far).rest(), "the iteration ends");
      expect(messages.map(numberOf)).toEqual(sends.map((_, index) => index));
      await stage.within(Promise.all([...sends, closing]), "sends and close resolve");
    });

    test("[CH10] closed resolves on both sides, and the closer's own iteration ends", async (stage) => {
      for (const closer of ["near", "far"] as const) {
        const ends = await stage.connect(await stage.online(), await stage.online());
        const other = ends[closer === "near" ? "far" : "near"];
        await stage.within(ends[closer].close("done"), "close");
        expect(await stage.within(ends[closer].closed, "closed, where it was closed")).toBe("done");
        await stage.within(other.closed, "closed, at the other side");
        expect(await stage.within(readChannel(ends[closer]).rest(), "the closer's iteration")).toEqual([]);
        expect(await stage.within(readChannel(other).rest(), "the other's iteration")).toEqual([]);
      }
    });

    test("[CH11] the reason of a close reaches the other side", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      for (const reason of ["done", "superseded", "protocol-error"] as const) {
        const { near, far } = await stage.connect(alice, bob);
        await stage.within(near.close(reason), "close");
        expect(await stage.within(far.closed, "closed, at the other side")).toBe(reason);
      }
    });

    test("[CH12] closing again, here or there, changes nothing and never rejects", async (stage) => {
      const { near, far } = await stage.connect(await stage.online(), await stage.online());
      await stage.within(Promise.all([near.close("done"), near.close("protocol-error")]), "two closes at once");
      await stage.within(far.closed, "closed, at the other side");
      await stage.within(Promise.all([near.close("superseded"), far.close("superseded")]), "closes afterwards");
      expect(await near.closed).toBe("done");
      expect(await far.closed).not.toBe("superseded");
    });

    test("[CH13] from close on, send rejects with closed on both sides", async (stage) => {
      const { near, far } = await stage.connect(await stage.online(), await stage.online());
      const closing = near.close("done");
      await stage.rejects(near.send(Uint8Array.of(1)), "closed");
      await stage.within(closing, "close");
      await stage.rejects(near.send(Uint8Array.of(1)), "closed");
      await stage.within(far.closed, "closed, at the other side");
      await stage.rejects(far.send(Uint8Array.of(1)), "closed");
    });

    test("[CH14] the path is one the mode has, and says who carries it", async (stage) => {
      const alice = await stage.online();
      const { near, far } = await stage.connect(alice, await stage.online());
      for (const channel of [near, far]) {
        const path = channel.path.value;
        expect(PATHS[alice.network.mode]).toContain(path.kind);
        if (path.kind !== "direct") expect(path.by).not.toBe("");
      }
    });

    test("[CH15] when a device dies without goodbye, its channels end at the other side", async (stage) => {
      if (stage.world.crash === undefined) return stage.skip("this world cannot crash members");
      const [alice, bob] = [await stage.online(), await stage.online()];
      const { near, far } = await stage.connect(alice, bob);
      const other: Channel = near;
      await stage.within(far.send(Uint8Array.of(1)), "a last message");
      const reader = readChannel(other);
      expect(await stage.within(reader.next(), "the last message")).toEqual(Uint8Array.of(1));
      await stage.within(stage.world.crash(bob), "crash");
      expect(await stage.within(other.closed, "closed")).toBe("lost");
      expect(await stage.within(reader.rest(), "the iteration ends")).toEqual([]);
    });
  });
}
