import { NetworkError } from "@skein/core";
import { createHandClock, type HandClock } from "@skein/testkit";
import { beforeEach, expect, test } from "vitest";
import { askTwo } from "./ask-two.ts";
import { HEDGE_AFTER_MS } from "./defaults.ts";
import type { Answer, IndexClient } from "./index-client.ts";

const USER = new Uint8Array(32);
const EMPTY: Answer = { kind: "records", id: 1, records: [] };
const FORGED = 66;
const full = (byte: number): Answer => ({ kind: "records", id: 1, records: [Uint8Array.of(byte)] });

let clock: HandClock;
let heard: number[];
beforeEach(() => {
  clock = createHandClock();
  heard = [];
});

/** A supernode that answers, or fails, after so long. */
function supernode(afterMs: number, what: Answer | NetworkError) {
  let asked = 0;
  const index: IndexClient = {
    version: 2,
    close: async () => {},
    ask: () =>
      new Promise((resolve, reject) => {
        asked += 1;
        clock.at(clock.now() + afterMs, () => (what instanceof NetworkError ? reject(what) : resolve(what)));
      }),
  };
  return {
    index,
    get asked() {
      return asked;
    },
  };
}

/** Asks; resolves with the answer, or the error's code, and when it came. */
async function ask(...links: ReturnType<typeof supernode>[]) {
  const startedAt = clock.now();
  const outcome = askTwo(
    links,
    { kind: "find", user: USER },
    {
      clock,
      read: (answer) => {
        const found =
          answer.kind === "records" ? answer.records.flatMap(([byte = 0]) => (byte === FORGED ? [] : byte)) : [];
        heard.push(...found);
        return found;
      },
    },
    new AbortController().signal,
  ).then(
    (found) => ({ found, afterMs: clock.now() - startedAt }),
    (error: NetworkError) => ({ code: error.code, afterMs: clock.now() - startedAt }),
  );
  await clock.advance(10_000);
  return outcome;
}

const offline = new NetworkError("offline", "gone");

test("[PI18] two are asked at once: the first answer that holds something counts, the later one is read as well", async () => {
  const [slow, fast, third] = [supernode(300, full(1)), supernode(20, full(2)), supernode(10, full(3))];
  expect(await ask(slow, fast, third)).toEqual({ found: [2], afterMs: 20 });
  expect(heard).toEqual([2, 1]);
  expect(third.asked).toBe(0);
});

test("[PI18] an answer in which nothing holds counts only when a second says the same", async () => {
  expect(await ask(supernode(10, EMPTY), supernode(50, full(2)))).toEqual({ found: [2], afterMs: 50 });
  expect(await ask(supernode(10, EMPTY), supernode(50, EMPTY), supernode(1, full(3)))).toMatchObject({ afterMs: 50 });
  expect(await ask(supernode(10, full(FORGED)), supernode(50, full(2)))).toEqual({ found: [2], afterMs: 50 });
  expect(await ask(supernode(10, EMPTY))).toEqual({ found: [], afterMs: 10 });
});

test("[PI18] one that fails is replaced at once, silent ones after a while", async () => {
  expect(await ask(supernode(5, offline), supernode(9_000, EMPTY), supernode(10, full(3)))).toEqual({
    found: [3],
    afterMs: 15,
  });
  expect(await ask(supernode(9_000, EMPTY), supernode(9_000, EMPTY), supernode(10, full(3)))).toEqual({
    found: [3],
    afterMs: HEDGE_AFTER_MS + 10,
  });
});

test("[PI18] with one answer of nothing and the rest failed, that answer is what there is; with none, the last failure", async () => {
  expect(await ask(supernode(5, offline), supernode(10, EMPTY))).toEqual({ found: [], afterMs: 10 });
  expect(await ask(supernode(5, offline), supernode(10, offline))).toEqual({ code: "offline", afterMs: 10 });
  expect(await ask()).toMatchObject({ code: "offline" });
});

test("[PI18] a signal that ends rejects with its reason", async () => {
  const link: Pick<IndexClient, "ask"> = {
    ask: (_, signal) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
  };
  const abort = new AbortController();
  const asking = askTwo(
    [{ index: link as IndexClient }],
    { kind: "find", user: USER },
    { clock, read: () => [] },
    abort.signal,
  );
  abort.abort(new NetworkError("stopped", "enough"));
  await expect(asking).rejects.toMatchObject({ code: "stopped" });
});
