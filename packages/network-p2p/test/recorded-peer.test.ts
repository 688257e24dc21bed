import { readFileSync } from "node:fs";
import type { Connection } from "@libp2p/interface";
import { streamPair } from "@libp2p/utils";
import { type Clock, silent, systemClock, systemRandom } from "@skein/core";
import { createKeyPair, keyPairFromSeed } from "@skein/identity";
import { INDEX_PROTOCOL_1, type IndexReply, indexReply, indexRequest } from "@skein/wire";
import { expect, test } from "vitest";
import { openFrames } from "../src/frames.ts";
import { openIndexClient, type Push } from "../src/index-client.ts";
import { MAX_INDEX_FRAME_BYTES } from "../src/specification.ts";
import { createSupernode } from "../src/supernode/index.ts";
import { startRawLeaf } from "./raw-leaf.ts";

/** One index stream between a leaf and a supernode of 0.1.0, as it went over the wire; frames in base64. */
const recorded = JSON.parse(readFileSync(new URL("recorded/index-stream-0.1.0.json", import.meta.url), "utf8")) as {
  readonly recordedAt: number;
  readonly leafSeed: string;
  readonly frames: readonly { readonly from: "leaf" | "supernode"; readonly frame: string }[];
};
const said = (from: "leaf" | "supernode"): readonly Uint8Array[] =>
  recorded.frames
    .filter((each) => each.from === from)
    .map(({ frame }) => Uint8Array.from(Buffer.from(frame, "base64")));

/** The day of the recording, going on from there: its records live an hour. */
const then: Clock = {
  now: () => systemClock.now() - offsetMs,
  at: (at, wake) => systemClock.at(at + offsetMs, wake),
};
const offsetMs = systemClock.now() - recorded.recordedAt - 5_000;

/** The reply to each question, by its id; what was pushed is left out. */
function repliesById(frames: readonly Uint8Array[]): Map<number, IndexReply["kind"]> {
  const replies = frames.map((frame) => indexReply.decode(frame)).flatMap((reply) => (reply.ok ? [reply.value] : []));
  return new Map(replies.flatMap((reply) => ("id" in reply ? [[reply.id, reply.kind] as const] : [])));
}

test("[PP54] a leaf of the version before is served: each of its questions gets the answer it knows", async () => {
  const loopback = "127.0.0.1";
  const supernode = await createSupernode(
    {
      listen: [`/ip4/${loopback}/tcp/0/ws`],
      build: "skein-test",
      policy: "any",
      turn: { listenAddress: loopback, listenPort: 0, publicAddress: loopback },
    },
    {
      key: createKeyPair(systemRandom),
      clock: then,
      random: systemRandom,
      report: silent,
      supernodes: async () => [],
    },
  );
  const leaf = await startRawLeaf(keyPairFromSeed(Uint8Array.from(Buffer.from(recorded.leafSeed, "base64"))));
  try {
    const connection = await leaf.connect(supernode);
    const frames = openFrames(await connection.newStream(INDEX_PROTOCOL_1), MAX_INDEX_FRAME_BYTES);
    const expected = repliesById(said("supernode"));
    for (const frame of said("leaf")) await frames.send(frame);
    const heard: Uint8Array[] = [];
    for await (const frame of frames.incoming) {
      heard.push(frame);
      if (repliesById(heard).size === expected.size) break;
    }
    expect([...repliesById(heard)].toSorted()).toEqual([...expected].toSorted());
  } finally {
    await leaf.stop();
    await supernode.stop();
  }
});

test("[PP54] a supernode of the version before is understood, and asked nothing it does not know", async () => {
  const [near, far] = await streamPair();
  Object.defineProperty(near, "protocol", { value: INDEX_PROTOCOL_1 });
  const pushes: Push[] = [];
  const ended = Promise.withResolvers<void>();
  const connection = { newStream: async () => near } as unknown as Connection;
  const client = await openIndexClient(
    connection,
    { onPush: (push) => void pushes.push(push), onEnd: () => ended.resolve() },
    new AbortController().signal,
  );
  const supernode = openFrames(far, MAX_INDEX_FRAME_BYTES);
  expect(client.version).toBe(1);
  await expect(client.ask({ kind: "join", as: "leaf", home: "yes", candidate: "no" })).rejects.toMatchObject({
    code: "unsupported",
  });

  // Our ids count up as those of the recording do.
  const questions = said("leaf").map((frame) => indexRequest.decode(frame));
  const answers = questions.map((each) => {
    if (!each.ok) throw new Error(each.reason);
    const { id: _, ...question } = each.value;
    return client.ask(question);
  });
  for (const frame of said("supernode")) await supernode.send(frame);
  const kinds = (await Promise.all(answers)).map((answer) => answer.kind);
  expect(kinds).toEqual(
    questions.map((each) => (each.ok ? repliesById(said("supernode")).get(each.value.id) : "unreadable")),
  );
  await supernode.end();
  await ended.promise;
  expect(pushes.length).toBe(said("supernode").length - answers.length);
  await client.close();
});
