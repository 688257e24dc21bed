import type { Person } from "../stage/person.ts";

/** What came of a call somebody tried to make. */
export type CallOutcome =
  | {
      readonly kind: "connected";
      /** As the page of the caller says: `direct`, `relayed` or `central`. */
      readonly path: string;
      /** Types of the candidates audio goes between, the caller's view: `srflx-prflx`. */
      readonly pair: string;
      /** Who heard the other's tone. */
      readonly tone: "both" | "caller" | "callee" | "nobody";
    }
  | { readonly kind: "not-connected"; readonly stage: "ringing" | "connecting"; readonly sentence: string };

/** Two people in a call, and the tones of their microphones. */
export interface Pair {
  readonly caller: Person;
  readonly callerHz: number;
  readonly callee: Person;
  readonly calleeHz: number;
}

/** Longer than ICE needs to give up, which is 15 s in Chromium and may be tried twice. */
const CONNECT_WITHIN_MS = 45_000;
/** How long a relayed call is given to become direct. */
const DIRECT_WITHIN_MS = 6_000;
const LISTEN_MS = 600;
const LISTEN_TRIES = 12;
const TONE_WITHIN_HZ = 15;
const AUDIBLE_DB = -50;

/** Calls, answers, listens, looks at the path and hangs up. What does not connect is an outcome, not an error. */
export async function tryCall(pair: Pair): Promise<CallOutcome> {
  const { caller, callee } = pair;
  await caller.call();
  const rings = await callee.callIs("ringing-in").then(
    () => true,
    () => false,
  );
  if (!rings) return await givenUp(pair, "ringing");
  await callee.answer();
  const [here, there] = await Promise.all([caller, callee].map(settled));
  if (here !== "connected" || there !== "connected") return await givenUp(pair, "connecting");
  const [calleeHears, callerHears] = await Promise.all([
    hearsTone(callee, pair.callerHz),
    hearsTone(caller, pair.calleeHz),
  ]);
  // A call may begin by relay and become direct; the page says so a moment after ICE.
  const patience = { timeoutMs: DIRECT_WITHIN_MS, everyMs: 50 };
  await Promise.allSettled([caller, callee].map(({ tab }) => tab.until(otherThanRelayed, undefined, patience)));
  const candidates = await caller.selectedPair();
  const path = await caller.tab.evaluate(pathShown, undefined);
  await caller.hangUp();
  await Promise.all([caller, callee].map((person) => person.callIs("ended")));
  return {
    kind: "connected",
    path: path ?? "unknown",
    pair: candidates === undefined ? "unknown" : `${candidates.local}-${candidates.remote}`,
    tone: callerHears ? (calleeHears ? "both" : "caller") : calleeHears ? "callee" : "nobody",
  };
}

/** The state in which connecting ends. */
async function settled({ tab }: Person): Promise<"connected" | "ended" | "neither"> {
  const patience = { timeoutMs: CONNECT_WITHIN_MS, everyMs: 50 };
  return await tab.until(endOfConnecting, undefined, patience).catch(() => "neither");
}

/** Runs in the page. */
function endOfConnecting(): "connected" | "ended" | undefined {
  const state = document.querySelector<HTMLElement>('[data-testid="call-screen"]')?.dataset.state;
  return state === "connected" || state === "ended" ? state : undefined;
}

/** Runs in the page. */
function pathShown(): string | undefined {
  return document.querySelector<HTMLElement>('[data-testid="call-screen"]')?.dataset.path;
}

/** Runs in the page. */
function otherThanRelayed(): boolean {
  return document.querySelector<HTMLElement>('[data-testid="call-screen"]')?.dataset.path !== "relayed";
}

/** What the page tells somebody who cannot see the screen. Runs in the page. */
function sentenceSaid(): string {
  const words = [...document.querySelectorAll('p.sr-only[role="alert"]')].map(({ textContent }) => textContent);
  return words.filter((text) => text !== "").join(" ");
}

async function givenUp({ caller, callee }: Pair, stage: "ringing" | "connecting"): Promise<CallOutcome> {
  const sentence = await caller.tab.evaluate(sentenceSaid, undefined);
  for (const person of [caller, callee]) await person.hangUpIfAny();
  return { kind: "not-connected", stage, sentence };
}

/** Whether the tone is heard within a few seconds: the first sound may still be the jitter buffer filling. */
async function hearsTone(listener: Person, hz: number): Promise<boolean> {
  for (let time = 0; time < LISTEN_TRIES; time += 1) {
    const heard = await listener.hears(LISTEN_MS);
    if (heard.level > AUDIBLE_DB && Math.abs(heard.hz - hz) < TONE_WITHIN_HZ) return true;
  }
  return false;
}
