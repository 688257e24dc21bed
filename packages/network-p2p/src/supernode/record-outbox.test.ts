import { NetworkError } from "@skein/core";
import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { person } from "../../test/people.ts";
import type { IndexClient, Question } from "../index-client.ts";
import { MAX_SEND_TRIES, SEND_AGAIN_FIRST_MS } from "./limits.ts";
import { createRecordOutbox, type Parcel } from "./record-outbox.ts";

function stage() {
  const clock = createHandClock();
  const stored: string[] = [];
  let fails = 0;
  let tries = 0;
  let isHolder = true;
  const outbox = createRecordOutbox(
    {
      clock,
      isHolder: () => isHolder,
      pool: {
        open: async () => ({ version: 2 }) as IndexClient,
        async ask(_: string, question: Question) {
          tries += 1;
          if (tries <= fails) throw new NetworkError("offline", "the supernode did not answer in time");
          if (question.kind === "store") stored.push(...question.presences.map((bytes) => String(bytes[0])));
          return { kind: "done", id: 1 };
        },
      },
    },
    new AbortController().signal,
  );
  return {
    clock,
    outbox,
    stored,
    fail: (count: number) => {
      fails = tries + count;
    },
    leave: () => {
      isHolder = false;
    },
    tries: () => tries,
  };
}

const parcel = (name: string, content: number): Parcel => ({
  name,
  of: "presence",
  bytes: Uint8Array.of(content),
});
const to = person().device;

test("[PI16] what a holder did not take in time is sent again, the newest of each name", async () => {
  const { clock, fail, outbox, stored } = stage();
  fail(2);
  expect(await outbox.send(to, parcel("a", 1))).toBe(false);
  const newer = outbox.send(to, parcel("a", 2));
  const other = outbox.send(to, parcel("b", 3));
  await clock.advance(SEND_AGAIN_FIRST_MS);
  expect([await newer, await other, stored, outbox.unsent]).toEqual([false, false, [], 2]);
  await clock.advance(2 * SEND_AGAIN_FIRST_MS);
  expect([stored, outbox.unsent]).toEqual([["2", "3"], 0]);
});

test("[PI16] it is given up after some tries, and at once for one that is no holder any more", async () => {
  const { clock, fail, leave, outbox, stored, tries } = stage();
  fail(1_000);
  await outbox.send(to, parcel("a", 1));
  for (let round = 0; round < MAX_SEND_TRIES; round += 1) await clock.advance(SEND_AGAIN_FIRST_MS * 2 ** round);
  expect([tries(), outbox.unsent]).toEqual([MAX_SEND_TRIES, 0]);
  await outbox.send(to, parcel("a", 1));
  leave();
  await clock.advance(SEND_AGAIN_FIRST_MS);
  expect([tries(), outbox.unsent]).toEqual([MAX_SEND_TRIES + 1, 0]);
  fail(0);
  expect([await outbox.send(to, parcel("a", 4)), stored]).toEqual([true, ["4"]]);
});
