import { NetworkError } from "@skein/core";
import { createHandClock } from "@skein/testkit";
import type { CentralRequest } from "@skein/wire";
import { expect, test } from "vitest";
import { REQUEST_TIMEOUT_MS } from "./defaults.ts";
import { createRequests } from "./requests.ts";

function bench() {
  const clock = createHandClock();
  const sent: CentralRequest[] = [];
  const requests = createRequests({ clock, send: (request) => sent.push(request) });
  const ask = (signal: AbortSignal = new AbortController().signal): Promise<unknown> =>
    requests.ask({ kind: "collect" }, "mail", signal);
  return { clock, sent, requests, ask };
}

test("[CE56] answers meet their questions by number, in any order; others are ignored", async () => {
  const { requests, ask, clock } = bench();
  const [first, second] = [ask(), ask()];
  requests.onAnswer({ kind: "mail", id: 99, pieces: [] });
  requests.onAnswer({ kind: "mail", id: 2, pieces: [] });
  requests.onAnswer({ kind: "failed", id: 1, code: "refused", reason: "no" });
  requests.onAnswer({ kind: "failed", id: 2, code: "refused", reason: "late" });
  expect(await second).toMatchObject({ id: 2 });
  await expect(first).rejects.toMatchObject({ code: "refused", message: "the central server refused: no" });
  expect(clock.waiting).toBe(0);
});

test("[CE56] an answer of another kind is a refusal", async () => {
  const { requests, ask } = bench();
  const asked = ask();
  requests.onAnswer({ kind: "done", id: 1 });
  await expect(asked).rejects.toMatchObject({ code: "refused" });
});

test("[CE56] no answer in time, an abort, the end of the link: each rejects with its reason", async () => {
  const { clock, requests, ask } = bench();
  const late = expect(ask()).rejects.toMatchObject({ code: "offline" });
  await clock.advance(REQUEST_TIMEOUT_MS);
  await late;
  const reason = new Error("changed my mind");
  const controller = new AbortController();
  const aborted = expect(ask(controller.signal)).rejects.toBe(reason);
  controller.abort(reason);
  await aborted;
  await expect(ask(AbortSignal.abort(reason))).rejects.toBe(reason);
  const lost = new NetworkError("offline", "gone");
  const underWay = expect(ask()).rejects.toBe(lost);
  requests.fail(lost);
  await underWay;
  await expect(ask()).rejects.toBe(lost);
  expect(clock.waiting).toBe(0);
});
