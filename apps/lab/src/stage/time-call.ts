import type { Probe } from "./page-probe.ts";
import type { Person } from "./person.ts";

/** An event of the product, as the page of a person told it; `at` in ms since 1970. */
export type Seen = Probe["events"][number];

const EVENT_TIMEOUT_MS = 20_000;

/** Waits for an event at or after a time and gives it. Rejects after 20 s. */
export async function seen(
  person: Person,
  name: string,
  after: number,
  match: Readonly<Record<string, unknown>> = {},
): Promise<Seen> {
  return await person.tab.until(
    ({ name, after, match }) =>
      (window as unknown as { skeinProbe: Probe }).skeinProbe.events.find(
        (event) =>
          event.name === name &&
          event.at >= after &&
          Object.entries(match).every(([field, value]) => event[field] === value),
      ),
    { name, after, match },
    { timeoutMs: EVENT_TIMEOUT_MS, everyMs: 20 },
  );
}

/** How long the parts of one call took, in ms. */
export interface CallTimes {
  /** `call.dialled` at the caller to `call.ringing` at the callee. */
  readonly ringMs: number;
  /** `call.answered` at the callee to `call.first-audio` at the caller. */
  readonly audioCallerMs: number;
  /** The same to `call.first-audio` at the callee. */
  readonly audioCalleeMs: number;
}

/**
 * One call from press to first audio at both ends, taken from the product's own events. It goes on: hang up. `reachForIt`
 * is what the callee does between the ring and the press on Answer: people need a moment, which the product may use.
 */
export async function timeCall(
  caller: Person,
  callee: Person,
  reachForIt: () => Promise<void> = async () => {},
): Promise<CallTimes> {
  const start = Date.now();
  await caller.call();
  const dialled = await seen(caller, "call.dialled", start);
  const ringing = await seen(callee, "call.ringing", start);
  await caller.callIs("ringing-out");
  await reachForIt();
  await callee.answer();
  const answered = await seen(callee, "call.answered", start);
  const [here, there] = await Promise.all([
    seen(caller, "call.first-audio", start),
    seen(callee, "call.first-audio", start),
  ]);
  return {
    ringMs: ringing.at - dialled.at,
    audioCallerMs: here.at - answered.at,
    audioCalleeMs: there.at - answered.at,
  };
}
