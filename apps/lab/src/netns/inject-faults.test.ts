import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import type { TimedFault } from "./faults.ts";
import { type FaultGround, injectFaults } from "./inject-faults.ts";
import { changed, chosenLink, type Link, linkLadder } from "./links.ts";

/** A lab that only writes down what is done to it. */
function createGround() {
  const log: string[] = [];
  const programs = ["one", "two"].map((name) => ({
    state: "running" as "running" | "ended",
    signal: (signal: string) => void log.push(`${signal} ${name}`),
    async kill() {
      this.state = "ended";
      log.push(`kill ${name}`);
    },
    start() {
      this.state = "running";
      log.push(`start ${name}`);
    },
  }));
  let link: Link = linkLadder.fibre;
  const ground: FaultGround = {
    host: () => ({ programs }),
    link: () => ({
      get present() {
        return link;
      },
      async set(choice) {
        link = chosenLink(choice, link);
      },
    }),
    async partition(a, b, direction) {
      log.push(`cut ${a} ${b} ${direction}`);
    },
    async heal(a, b) {
      log.push(`heal ${a} ${b}`);
    },
  };
  return { ground, log, programs, link: () => link };
}

const schedule: readonly TimedFault[] = [
  { atMs: 100, fault: { kind: "pause", host: "h", forMs: 300 } },
  { atMs: 200, fault: { kind: "partition", a: "a", b: "b", direction: "a-to-b", forMs: 500 } },
  { atMs: 300, fault: { kind: "loss-burst", link: "l", lossPercent: 40, forMs: 1_000 } },
];

test("[LB13] a schedule befalls the lab at its times, and everything is as before at its end", async () => {
  const clock = createHandClock();
  const { ground, log, link } = createGround();
  const done = injectFaults(schedule, ground, { clock, signal: new AbortController().signal });
  await clock.advance(350);
  expect(log).toEqual(["SIGSTOP one", "SIGSTOP two", "cut a b a-to-b"]);
  expect(link()).toEqual(changed(linkLadder.fibre, { both: { lossPercent: 40 } }));
  await clock.advance(1_000);
  await done;
  expect(log.slice(3)).toEqual(["SIGCONT one", "SIGCONT two", "heal a b"]);
  expect(link()).toEqual(linkLadder.fibre);
});

test("[LB13] a schedule that is broken off ends what it began", async () => {
  const clock = createHandClock();
  const { ground, log, link } = createGround();
  const abort = new AbortController();
  const done = injectFaults(schedule, ground, { clock, signal: abort.signal });
  const refused = expect(done).rejects.toThrow("enough");
  await clock.advance(350);
  abort.abort(new Error("enough"));
  await refused;
  expect(log.slice(3).toSorted()).toEqual(["SIGCONT one", "SIGCONT two", "heal a b"]);
  expect(link()).toEqual(linkLadder.fibre);
  expect(clock.waiting).toBe(0);
});

test("[LB13] a restart starts again only what it killed", async () => {
  const clock = createHandClock();
  const { ground, log, programs } = createGround();
  (programs[1] as { state: string }).state = "ended";
  const fault = { kind: "restart", host: "h", forMs: 50 } as const;
  const done = injectFaults([{ atMs: 0, fault }], ground, { clock, signal: new AbortController().signal });
  await clock.advance(50);
  await done;
  expect(log).toEqual(["kill one", "start one"]);
});
