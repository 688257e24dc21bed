import { streamPair } from "@libp2p/utils";
import type { Channel } from "@skein/core";
import { expect, test } from "vitest";
import { person } from "../test/people.ts";
import { openChannel } from "./channel.ts";
import { openFrames } from "./frames.ts";
import { MAX_CHANNEL_FRAME_BYTES } from "./specification.ts";

const peer = person().device;

async function drain(channel: Channel): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const message of channel.incoming) all.push(message);
  return all;
}

test("[PP13] a frame of an unknown kind closes the channel with protocol-error, here and there", async () => {
  const [near, far] = await streamPair();
  const channel = openChannel(far, peer, { kind: "direct" });
  const raw = openFrames(near, MAX_CHANNEL_FRAME_BYTES);
  const heard = raw.incoming[Symbol.asyncIterator]().next();
  await raw.send(Uint8Array.of(9, 1, 2));
  expect(await channel.closed).toBe("protocol-error");
  expect([...(await heard).value]).toEqual([1, 4]);
});

test("[PP13] an empty frame, a reason that does not exist and an oversized frame are protocol errors too", async () => {
  for (const frame of [new Uint8Array(), Uint8Array.of(1, 99), Uint8Array.of(1)]) {
    const [near, far] = await streamPair();
    const channel = openChannel(far, peer, { kind: "direct" });
    await openFrames(near, MAX_CHANNEL_FRAME_BYTES).send(frame);
    expect(await channel.closed).toBe("protocol-error");
  }
  const [near, far] = await streamPair();
  const channel = openChannel(far, peer, { kind: "direct" });
  near.send(Uint8Array.of(0xff, 0xff, 0x7f));
  expect(await channel.closed).toBe("protocol-error");
});

test("[PP14] the last frame carries the reason; what came before it stays readable", async () => {
  const [near, far] = await streamPair();
  const [one, other] = [openChannel(near, peer, { kind: "direct" }), openChannel(far, peer, { kind: "direct" })];
  await one.send(Uint8Array.of(1));
  await one.send(Uint8Array.of(2));
  await one.close("superseded");
  expect(await other.closed).toBe("superseded");
  expect(await drain(other)).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
});

test("[PP14] a stream that ends or is reset without a reason was lost", async () => {
  for (const leave of ["close", "abort"] as const) {
    const [near, far] = await streamPair();
    const channel = openChannel(far, peer, { kind: "direct" });
    if (leave === "close") await near.close();
    else near.abort(new Error("gone"));
    expect(await channel.closed).toBe("lost");
    expect(await drain(channel)).toEqual([]);
  }
});

test("[PP15] a channel that nobody reads still hears that its stream is gone", async () => {
  const [near, far] = await streamPair();
  const channel = openChannel(far, peer, { kind: "direct" });
  const raw = openFrames(near, MAX_CHANNEL_FRAME_BYTES);
  for (let count = 0; count < 20; count += 1) await raw.send(new Uint8Array(60_000));
  near.abort(new Error("gone"));
  expect(await channel.closed).toBe("lost");
});
