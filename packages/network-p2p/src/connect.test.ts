import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { firstOf } from "./connect.ts";
import { HEDGE_AFTER_MS } from "./defaults.ts";

const never = new AbortController().signal;

/** Tries that do what they are told, and note when they began and that they were given up. */
function stage() {
  const clock = createHandClock();
  const start = clock.now();
  const log: string[] = [];
  const discarded: string[] = [];
  const attempt = (name: string) => {
    const outcome = Promise.withResolvers<string>();
    const run = (signal: AbortSignal): Promise<string> => {
      log.push(`${name} at ${clock.now() - start}`);
      signal.addEventListener("abort", () => log.push(`${name} given up`));
      return outcome.promise;
    };
    return { run, succeed: () => outcome.resolve(name), fail: () => outcome.reject(new Error(`${name} failed`)) };
  };
  const dependencies = { clock, discard: (late: string) => void discarded.push(late) };
  return { clock, log, discarded, attempt, dependencies };
}

test("[PP49] the next way is tried when the first stays silent for 400 ms, and the first to work wins", async () => {
  const { clock, log, attempt, dependencies, discarded } = stage();
  const [slow, quick] = [attempt("slow"), attempt("quick")];
  const result = firstOf([slow.run, quick.run], dependencies, never);
  await clock.advance(HEDGE_AFTER_MS - 1);
  expect(log).toEqual(["slow at 0"]);
  await clock.advance(1);
  expect(log).toEqual(["slow at 0", `quick at ${HEDGE_AFTER_MS}`]);
  quick.succeed();
  expect(await result).toBe("quick");
  expect(log).toContain("slow given up");
  slow.succeed();
  await clock.settle();
  expect(discarded).toEqual(["slow"]);
});

test("[PP49] a failure starts the next way at once; when all fail, the last failure is told", async () => {
  const { clock, log, attempt, dependencies } = stage();
  const [one, two] = [attempt("one"), attempt("two")];
  const result = firstOf([one.run, two.run], dependencies, never).catch((error: Error) => error.message);
  one.fail();
  await clock.settle();
  expect(log).toEqual(["one at 0", "two at 0"]);
  two.fail();
  expect(await result).toBe("two failed");
});

test("[PP49] an abort ends it with its reason, before and under way; without any way it is unreachable", async () => {
  const { attempt, clock, dependencies } = stage();
  const control = new AbortController();
  const reason = new Error("changed my mind");
  const one = attempt("one");
  const result = firstOf([one.run], dependencies, control.signal).catch((error: unknown) => error);
  control.abort(reason);
  one.fail();
  await clock.settle();
  expect(await result).toBe(reason);
  await expect(firstOf([one.run], dependencies, control.signal)).rejects.toBe(reason);
  await expect(firstOf([], dependencies, never)).rejects.toMatchObject({ code: "unreachable" });
});
