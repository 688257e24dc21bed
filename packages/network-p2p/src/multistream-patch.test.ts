import { handle, select } from "@libp2p/multistream-select";
import { streamPair } from "@libp2p/utils";
import { expect, test } from "vitest";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function read(stream: AsyncIterable<{ subarray(): Uint8Array }>, length: number): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk.subarray());
    if (text.length >= length) break;
  }
  return text;
}

test("[PP85] one protocol: what is asked goes along with the opening, answers come without the opening's own", async () => {
  const [near, far] = await streamPair();
  expect(await select(near, "/skein/x/1")).toBe("/skein/x/1");
  near.send(bytes("question"));
  const answer = read(near, 6);
  expect(await handle(far, ["/skein/w/1", "/skein/x/1"])).toBe("/skein/x/1");
  expect(await read(far, 8)).toBe("question");
  far.send(bytes("answer"));
  expect(await answer).toBe("answer");
  far.send(bytes("and more"));
  expect(await read(near, 8)).toBe("and more");
});

test("[PP85] who does not speak it shows by the end of the stream; who asks for more waits for the answer", async () => {
  const [near, far] = await streamPair();
  await select(near, "/skein/x/1");
  const handled = handle(far, ["/skein/w/1"]).catch((error: unknown) => error);
  await expect(read(near, 1)).rejects.toMatchObject({ name: "UnsupportedProtocolError" });
  expect(await handled).toBeInstanceOf(Error);

  const [left, right] = await streamPair();
  const second = handle(right, ["/skein/w/1"]);
  expect(await select(left, ["/skein/x/1", "/skein/w/1"])).toBe("/skein/w/1");
  expect(await second).toBe("/skein/w/1");

  const [one, other] = await streamPair();
  void handle(other, ["/skein/w/1"]).catch(() => {});
  const limit = AbortSignal.timeout(5_000);
  await expect(select(one, "/skein/x/1", { negotiateFully: true, signal: limit })).rejects.toMatchObject({
    name: "UnsupportedProtocolError",
  });
});

test("[PP85] a half that ends right after it spoke ends when the other side has chosen the protocol", async () => {
  const [near, far] = await streamPair();
  await select(near, "/skein/x/1");
  near.send(bytes("all there is"));
  const closed = near.close();
  const ended = Promise.withResolvers<void>();
  far.addEventListener("remoteCloseWrite", () => ended.resolve());
  await new Promise((resolve) => setImmediate(resolve));
  expect(far.remoteWriteStatus).toBe("writable");
  await handle(far, ["/skein/x/1"]);
  expect(await read(far, 12)).toBe("all there is");
  await Promise.all([closed, ended.promise]);

  // Whoever goes away without an answer does not hold it up.
  const [left, right] = await streamPair();
  await select(left, "/skein/x/1");
  await Promise.all([left.close(), right.close()]);
});
