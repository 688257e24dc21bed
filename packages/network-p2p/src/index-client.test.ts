import type { Connection } from "@libp2p/interface";
import { streamPair } from "@libp2p/utils";
import { type IndexReply, indexReply, indexRequest } from "@skein/wire";
import { expect, test } from "vitest";
import { MAX_INDEX_REQUESTS_IN_FLIGHT } from "./defaults.ts";
import { openFrames } from "./frames.ts";
import { openIndexClient, type Push } from "./index-client.ts";
import { MAX_INDEX_FRAME_BYTES } from "./specification.ts";

const signal = new AbortController().signal;

/** A client, and the frames at the supernode's end. */
async function stage() {
  const [near, far] = await streamPair();
  const pushes: Push[] = [];
  const ended = Promise.withResolvers<void>();
  const connection = { newStream: async () => near } as unknown as Connection;
  const leavings: (readonly Uint8Array[])[] = [];
  const handlers = {
    onPush: (push: Push) => void pushes.push(push),
    onEnd: () => ended.resolve(),
    onLeaving: (ads: readonly Uint8Array[]) => void leavings.push(ads),
  };
  const client = await openIndexClient(connection, handlers, signal);
  const supernode = openFrames(far, MAX_INDEX_FRAME_BYTES);
  const requests = supernode.incoming[Symbol.asyncIterator]();
  const nextRequest = async () => {
    const request = indexRequest.decode((await requests.next()).value);
    if (!request.ok) throw new Error(request.reason);
    return request.value;
  };
  const say = (reply: IndexReply) => supernode.send(indexReply.encode(reply));
  return { client, supernode, nextRequest, say, pushes, leavings, ended: ended.promise };
}

test("[PP50] answers find their questions, in whatever order they come; pushes are told beside them", async () => {
  const { client, nextRequest, say, pushes } = await stage();
  const [turn, neighbours] = [client.ask({ kind: "turn" }), client.ask({ kind: "neighbours" })];
  const [first, second] = [await nextRequest(), await nextRequest()];
  await say({ kind: "ads", id: second.id, ads: [] });
  await say({ kind: "presence", record: Uint8Array.of(1) });
  await say({ kind: "refused", id: first.id, reason: "unavailable" });
  await say({ kind: "done", id: 999 }); // Nobody asked.
  expect(await neighbours).toMatchObject({ kind: "ads" });
  await expect(turn).rejects.toMatchObject({ code: "refused" });
  expect(pushes).toEqual([{ kind: "presence", record: Uint8Array.of(1) }]);
});

test("[PP50] when the supernode speaks nonsense or goes away, what was asked rejects offline and the end is told", async () => {
  for (const leave of ["nonsense", "end", "reset"] as const) {
    const { client, supernode, nextRequest, ended } = await stage();
    const asked = client.ask({ kind: "neighbours" }).catch((error: unknown) => error);
    await nextRequest();
    if (leave === "nonsense") await supernode.send(Uint8Array.of(0xff, 0xff));
    else if (leave === "end") await supernode.end();
    else supernode.abort("gone");
    expect(await asked).toMatchObject({ code: "offline" });
    await ended;
  }
});

test("[PP50] only so many questions are under way at once, and an aborted one is given up", async () => {
  const { client } = await stage();
  const control = new AbortController();
  const asked = Array.from({ length: MAX_INDEX_REQUESTS_IN_FLIGHT }, () =>
    client.ask({ kind: "neighbours" }, control.signal).catch((error: unknown) => error),
  );
  await expect(client.ask({ kind: "neighbours" })).rejects.toMatchObject({ code: "refused" });
  const reason = new Error("changed my mind");
  control.abort(reason);
  expect(new Set(await Promise.all(asked))).toEqual(new Set([reason]));
});

test("[PP82] a ping is answered by a sign of life that wants no answer; one that leaves says so all the same", async () => {
  const { client, leavings, nextRequest, say } = await stage();
  await say({ kind: "ping" });
  expect(await nextRequest()).toEqual({ kind: "here", id: 0 });
  await say({ kind: "ads", id: 0, ads: [Uint8Array.of(7)] });
  const asked = client.ask({ kind: "here" });
  const { id } = await nextRequest();
  await say({ kind: "done", id });
  expect([await asked, leavings]).toEqual([{ kind: "done", id }, [[Uint8Array.of(7)]]]);
});
