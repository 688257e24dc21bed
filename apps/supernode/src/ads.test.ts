import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { systemRandom } from "@skein/core";
import { createKeyPair, type KeyPair, MAX_AD_LIFETIME_MS, type SupernodeAd, signAd, verifyAd } from "@skein/identity";
import { createHandClock } from "@skein/testkit";
import { expect, onTestFinished, test } from "vitest";
import { createAdBook } from "./ad-book.ts";
import { type AdAnswer, fetchAd } from "./fetch-ad.ts";

const clock = createHandClock();

function adOf(key: KeyPair): SupernodeAd {
  const statement = { addresses: ["/ip4/127.0.0.1/tcp/4001/ws"], build: "test", loadPct: 0, freeSlots: 1 };
  const ad = verifyAd(signAd({ ...statement, issuedAt: clock.now() }, key), clock.now());
  if (!ad.ok) throw new Error(ad.reason);
  return ad.value;
}

/** A book of two addresses, and what they answer from now on. */
function bookOfTwo() {
  const answers = new Map<string, AdAnswer>();
  const failures: string[] = [];
  const book = createAdBook(["http://a", "http://b"], {
    clock,
    ask: async (address) => answers.get(address) ?? { kind: "none", reason: "silence" },
    failed: (address, reason) => failures.push(`${address}: ${reason}`),
  });
  return { book, answers, failures };
}

test("[SU7] ads stand in the order of the addresses, and each refresh brings the newest", async () => {
  const { book, answers, failures } = bookOfTwo();
  const [a, b] = [createKeyPair(systemRandom), createKeyPair(systemRandom)];
  await book.refresh();
  expect([book.ads(), failures]).toEqual([[], ["http://a: silence", "http://b: silence"]]);
  answers.set("http://b", { kind: "ad", ad: adOf(b) });
  await book.refresh();
  answers.set("http://a", { kind: "ad", ad: adOf(a) });
  await clock.advance(1_000);
  const newer = adOf(b);
  answers.set("http://b", { kind: "ad", ad: newer });
  await book.refresh();
  expect(book.ads()).toEqual([(answers.get("http://a") as { ad: SupernodeAd }).ad.bytes, newer.bytes]);
});

test("[SU7] a supernode that vanished stays listed until its ad ends", async () => {
  const { book, answers } = bookOfTwo();
  const ad = adOf(createKeyPair(systemRandom));
  answers.set("http://a", { kind: "ad", ad });
  await book.refresh();
  answers.clear();
  await clock.advance(MAX_AD_LIFETIME_MS - 1);
  await book.refresh();
  expect(book.ads()).toEqual([ad.bytes]);
  await clock.advance(1);
  expect(book.ads()).toEqual([]);
});

test("[SU7] one that came back with another key replaces what it was", async () => {
  const { book, answers } = bookOfTwo();
  answers.set("http://a", { kind: "ad", ad: adOf(createKeyPair(systemRandom)) });
  await book.refresh();
  const ad = adOf(createKeyPair(systemRandom));
  answers.set("http://a", { kind: "ad", ad });
  await book.refresh();
  expect(book.ads()).toEqual([ad.bytes]);
});

async function answering(listener: RequestListener, options: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return await fetchAd(address, { clock, timeoutMs: 10_000, ...options });
}

test("[SU8] an ad is fetched from /ad and checked", async () => {
  const ad = adOf(createKeyPair(systemRandom));
  const answer = await answering((request, response) => {
    expect(request.url).toBe("/ad");
    response.end(ad.bytes);
  });
  expect(answer).toEqual({ kind: "ad", ad });
});

test.each<[string, RequestListener, RegExp]>([
  ["an error page", (_, response) => void response.writeHead(500).end("x"), /answered 500/],
  ["a page", (_, response) => void response.end("<!doctype html>"), /supernode-ad|signed/],
  ["nothing", (_, response) => void response.end(), /./],
  ["a redirect", (_, response) => void response.writeHead(302, { location: "/elsewhere" }).end(), /redirect/],
  ["an end in the middle", (_, response) => void response.writeHead(200, { "content-length": 99 }).destroy(), /./],
])("[SU8] %s is no ad, with a reason, and nothing throws", async (_, listener, reason) => {
  expect(await answering(listener)).toEqual({ kind: "none", reason: expect.stringMatching(reason) });
});

test("[SU8] an answer without end is read up to the size of an ad and cut off", async () => {
  let sent = 0;
  const cut = Promise.withResolvers<void>();
  const answer = await answering((_, response) => {
    response.on("close", cut.resolve);
    const more = (): void => {
      sent += 65_536;
      if (!response.destroyed && sent < 1_000_000_000) response.write(Buffer.alloc(65_536), more);
    };
    more();
  });
  expect(answer).toEqual({ kind: "none", reason: expect.stringMatching(/longer than/) });
  await cut.promise;
  expect(sent).toBeLessThan(100_000_000);
});

test("[SU8] one that does not answer is given up in time, and at once when nobody waits any more", async () => {
  expect(await answering(() => {}, { timeoutMs: 30 })).toMatchObject({
    kind: "none",
    reason: expect.stringMatching(/timeout/),
  });
  const leaving = new AbortController();
  const answer = await answering(() => leaving.abort(), { signal: leaving.signal });
  expect(answer).toMatchObject({ kind: "none", reason: expect.stringMatching(/abort/) });
  expect(await fetchAd("http://127.0.0.1:1", { clock, timeoutMs: 1_000 })).toMatchObject({ kind: "none" });
});
