import { type DeviceId, deviceIdFromKey, keyFromId, systemRandom } from "@skein/core";
import { createKeyPair } from "@skein/identity";
import { PIPE_WINDOW_BYTES, type PipeControl } from "@skein/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPipeSwitch, type PipeEndpoint } from "./pipes.ts";

interface FakeEndpoint extends PipeEndpoint {
  readonly controls: PipeControl[];
  readonly data: { readonly pipe: number; readonly sizeBytes: number }[];
  room: "sent" | "full";
}

function endpoint(device: DeviceId = deviceIdFromKey(createKeyPair(systemRandom).publicKey)): FakeEndpoint {
  const fake: FakeEndpoint = {
    device,
    controls: [],
    data: [],
    room: "sent",
    sendControl: (message) => fake.controls.push(message),
    sendData(pipe, bytes) {
      if (fake.room === "sent") fake.data.push({ pipe, sizeBytes: bytes.byteLength });
      return fake.room;
    },
  };
  return fake;
}

const CHAT = "/skein/chat/1";

function joined(): { pipes: ReturnType<typeof createPipeSwitch>; alice: FakeEndpoint; bob: FakeEndpoint } {
  const pipes = createPipeSwitch({ maxPipes: 4 });
  const [alice, bob] = [endpoint(), endpoint()];
  expect(pipes.dial(alice, 2, bob, CHAT)).toBeUndefined();
  return { pipes, alice, bob };
}

test("[CE20] the dialled device hears who wants it, under an odd number of its own", () => {
  const { alice, bob } = joined();
  expect(bob.controls).toEqual([{ kind: "open", pipe: 1, device: keyFromId(alice.device), protocol: CHAT }]);
});

test("[CE20] a pipe with an odd number, or one in use, is a fault", () => {
  const { pipes, alice, bob } = joined();
  expect(pipes.dial(alice, 3, bob, CHAT)).toContain("even");
  expect(pipes.dial(alice, 2, bob, CHAT)).toContain("open already");
  expect(pipes.open).toBe(1);
});

test("[CE21] who is not connected is unreachable, and so is oneself", () => {
  const { pipes, alice } = joined();
  for (const [pipe, to] of [
    [4, undefined],
    [6, alice],
  ] as const) {
    expect(pipes.dial(alice, pipe, to, CHAT)).toBeUndefined();
    expect(alice.controls.at(-1)).toEqual({ kind: "close", pipe, end: "unreachable" });
  }
});

test("[CE21] beyond the limit of either side a pipe is refused", () => {
  const { pipes, alice, bob } = joined();
  for (const pipe of [4, 6, 8, 10]) pipes.dial(alice, pipe, bob, CHAT);
  expect(alice.controls).toEqual([{ kind: "close", pipe: 10, end: "refused" }]);
  const carol = endpoint();
  pipes.dial(carol, 2, bob, CHAT);
  expect(carol.controls).toEqual([{ kind: "close", pipe: 2, end: "refused" }]);
  expect(pipes.open).toBe(4);
});

test("[CE22] a sender may be a window ahead and not a byte more", () => {
  const { pipes, alice, bob } = joined();
  const chunk = new Uint8Array(16 * 1024);
  for (let sent = 0; sent < PIPE_WINDOW_BYTES; sent += chunk.byteLength)
    expect(pipes.data(alice, 2, chunk)).toBeUndefined();
  expect(bob.data.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(PIPE_WINDOW_BYTES);
  expect(pipes.credit(bob, 1, 10)).toBeUndefined();
  expect(alice.controls).toEqual([{ kind: "credit", pipe: 2, sizeBytes: 10 }]);
  expect(pipes.data(alice, 2, new Uint8Array(10))).toBeUndefined();
  expect(pipes.data(alice, 2, new Uint8Array(1))).toContain("window");
});

test("[CE22] giving back more than was used is a fault", () => {
  const { pipes, alice, bob } = joined();
  pipes.data(alice, 2, new Uint8Array(100));
  expect(pipes.credit(bob, 1, 101)).toContain("credit");
});

test("[CE23] when the server is full, the pipe ends and not the session", () => {
  const { pipes, alice, bob } = joined();
  bob.room = "full";
  expect(pipes.data(alice, 2, new Uint8Array(100))).toBeUndefined();
  expect(alice.controls).toEqual([{ kind: "close", pipe: 2, end: "refused" }]);
  expect(bob.controls.at(-1)).toEqual({ kind: "close", pipe: 1, end: "refused" });
  expect(pipes.open).toBe(0);
});

test("[CE21] what still comes for a pipe that was closed is ignored", () => {
  const { pipes, alice, bob } = joined();
  pipes.close(bob, 1, "ended");
  expect(alice.controls).toEqual([{ kind: "close", pipe: 2, end: "ended" }]);
  expect(pipes.data(alice, 2, new Uint8Array(1))).toBeUndefined();
  expect(pipes.credit(alice, 2, 1)).toBeUndefined();
  pipes.close(alice, 2, "ended");
  expect(bob.controls).toHaveLength(1);
});

test("[CE21] pipes of a session that went away end as unreachable", () => {
  const { pipes, alice, bob } = joined();
  pipes.detach(bob);
  expect(alice.controls).toEqual([{ kind: "close", pipe: 2, end: "unreachable" }]);
  expect(pipes.open).toBe(0);
});

interface Act {
  readonly by: number;
  readonly to: number;
  readonly pipe: number;
  readonly what: "dial" | "data" | "credit" | "close" | "detach";
  readonly size: number;
}

function perform(act: Act, pipes: ReturnType<typeof createPipeSwitch>, ends: readonly FakeEndpoint[]): void {
  const from = ends[act.by] as FakeEndpoint;
  if (act.what === "dial") pipes.dial(from, act.pipe, ends[act.to], CHAT);
  else if (act.what === "data") pipes.data(from, act.pipe, new Uint8Array(act.size));
  else if (act.what === "credit") pipes.credit(from, act.pipe, act.size);
  else if (act.what === "close") pipes.close(from, act.pipe, "ended");
  else pipes.detach(from);
}

test("[CE20] whatever sessions do, pipes open and close in pairs", () => {
  const act: fc.Arbitrary<Act> = fc.record({
    by: fc.nat(2),
    to: fc.nat(3),
    pipe: fc.nat(12),
    what: fc.constantFrom("dial", "data", "credit", "close", "detach"),
    size: fc.nat(PIPE_WINDOW_BYTES),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const pipes = createPipeSwitch({ maxPipes: 4 });
      const ends = [endpoint(), endpoint(), endpoint()];
      for (const each of acts) {
        perform(each, pipes, ends);
        expect(pipes.open).toBeGreaterThanOrEqual(0);
        expect(pipes.open).toBeLessThanOrEqual(6);
      }
      for (const each of ends) pipes.detach(each);
      expect(pipes.open).toBe(0);
    }),
  );
});
