import type { Connection } from "@libp2p/interface";
import { handle, select } from "@libp2p/multistream-select";
import { streamPair } from "@libp2p/utils";
import { systemClock, systemRandom } from "@skein/core";
import { createKeyPair, signAd } from "@skein/identity";
import { INDEX_PROTOCOL, INDEX_PROTOCOL_1, indexReply, indexRequest } from "@skein/wire";
import { expect, test } from "vitest";
import { checkedAd } from "../test/p2p-world.ts";
import { openFrames } from "./frames.ts";
import { MAX_INDEX_FRAME_BYTES } from "./specification.ts";
import { openSupernodeLink } from "./supernode-link.ts";

/** A connection to a supernode that speaks one version of the index, and what it was asked. */
function supernodeOf(version: string) {
  const opened: string[] = [];
  const asked: string[] = [];
  const serve = async (far: Awaited<ReturnType<typeof streamPair>>[1]): Promise<void> => {
    await handle(far, [version]);
    const frames = openFrames(far, MAX_INDEX_FRAME_BYTES);
    for await (const frame of frames.incoming) {
      const request = indexRequest.decode(frame);
      if (!request.ok) throw new Error(request.reason);
      asked.push(request.value.kind);
      await frames.send(indexReply.encode({ kind: "ads", id: request.value.id, ads: [] }));
    }
  };
  const connection = {
    status: "open",
    addEventListener() {},
    abort() {},
    close: async () => {},
    async newStream(protocols: string[]) {
      opened.push(...protocols);
      const [near, far] = await streamPair();
      serve(far).catch(() => {});
      near.protocol = await select(near, protocols);
      return near;
    },
  } as unknown as Connection;
  return { connection, opened, asked };
}

test.each([
  ["of today is asked at once", INDEX_PROTOCOL, 2, [INDEX_PROTOCOL], ["join"]],
  ["of the version before is asked again", INDEX_PROTOCOL_1, 1, [INDEX_PROTOCOL, INDEX_PROTOCOL_1], ["neighbours"]],
] as const)("[PP85] a supernode %s", async (_, speaks, version, streams, questions) => {
  const { connection, opened, asked } = supernodeOf(speaks);
  const now = systemClock.now();
  const ad = checkedAd(
    signAd(
      { addresses: ["/ip4/127.0.0.1/tcp/4001/ws"], build: "test", issuedAt: now, loadPct: 0, freeSlots: 9 },
      createKeyPair(systemRandom),
    ),
  );
  const lost: string[] = [];
  const link = await openSupernodeLink(
    { ad, policy: "any", otherwise: "nothing" },
    { onPush() {}, onAds() {}, onLost: (reason) => void lost.push(reason) },
    {
      clock: systemClock,
      dial: async () => connection,
      reservations: { addRelay: async () => {}, hasReservation: () => true, addEventListener() {} },
    },
    AbortSignal.timeout(10_000),
  );
  expect([link.index.version, opened, asked, lost]).toEqual([version, [...streams], [...questions], []]);
  await link.close();
});
