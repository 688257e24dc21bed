import { multiaddrConnectionPair } from "@libp2p/utils";
import { yamux } from "@libp2p/yamux";
import { expect, test } from "vitest";

test("[PP83] small messages cost no window updates; a stream that goes on has its window renewed in time", async () => {
  const [near, far] = multiaddrConnectionPair();
  const [client, server] = [yamux()().createStreamMuxer(near), yamux()().createStreamMuxer(far)];
  let heard = 0;
  let updates = 0;
  const all = Promise.withResolvers<void>();
  const [count, size] = [40, 16 * 1024];
  server.addEventListener("stream", ({ detail }) => {
    detail.addEventListener("message", ({ data }) => {
      heard += data.byteLength;
      if (heard === 100 + count * size) all.resolve();
    });
  });
  near.addEventListener("message", ({ data }) => {
    // The second byte of a frame is its type, 1 for a window update.
    if (data.subarray()[1] === 1) updates += 1;
  });
  const stream = await client.createStream();
  for (let message = 0; message < 100; message += 1) stream.send(Uint8Array.of(message));
  await new Promise((resolve) => setImmediate(resolve));
  // The stream's own acknowledgement, and nothing for a hundred messages.
  expect(updates).toBeLessThanOrEqual(1);
  // More than twice the first window of 256 KiB.
  for (let message = 0; message < count; message += 1) stream.send(new Uint8Array(size));
  await all.promise;
  expect(updates).toBeGreaterThan(1);
  await Promise.all([client.close(), server.close()]);
});
