import { createLive } from "@skein/core";
import { createAccount } from "@skein/identity";
import { createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import type { SessionState } from "./session.ts";
import { createSessionState, type StateSources } from "./session-state.ts";

/** The sources of a state, as far as it reads them. */
function sources() {
  const account = createAccount({ name: "Alice", deviceName: "test" }, { random: createSeededRandom(3), now: 0 });
  const status = createLive({ kind: "stopped" } as const as { readonly kind: "stopped" | "joining" });
  const preferences = createLive({ settings: { direct: "contacts", readReceipts: true }, mode: "p2p" });
  const requests = createLive<readonly never[]>([]);
  const parts = {
    profile: { account, card: createLive(account.card), preferences },
    book: { people: createLive([]), find: () => undefined },
    board: { availability: createLive(new Map()) },
    lane: { network: createLive({ mode: "p2p" }), status },
    calls: { state: createLive({ kind: "idle" }) },
    summaries: { all: createLive(new Map()) },
    safety: { known: createLive(new Map()) },
    requests: { all: requests },
    page: "https://skein.test/",
    modes: ["p2p"],
  };
  return { status, preferences, requests, parts: parts as unknown as StateSources };
}

test("[CT18] however many sources change in a turn, the state is composed once, with all of it", async () => {
  const { status, preferences, requests, parts } = sources();
  const state = createSessionState(parts);
  const told: SessionState[] = [];
  state.live.subscribe((next) => told.push(next));
  status.set({ kind: "joining" });
  preferences.set({ ...preferences.value, settings: { direct: "never", readReceipts: false } });
  requests.set([]);
  expect(told).toHaveLength(1);
  await Promise.resolve();
  expect(told).toHaveLength(2);
  expect(told[1]).toMatchObject({ network: { kind: "joining" }, settings: { direct: "never" } });
  status.set({ kind: "stopped" });
  await Promise.resolve();
  expect(told).toHaveLength(3);
});

test("[CT23] a closed state tells of nothing any more, not even of what was under way", async () => {
  const { status, parts } = sources();
  const state = createSessionState(parts);
  const told: SessionState[] = [];
  state.live.subscribe((next) => told.push(next));
  status.set({ kind: "joining" });
  state.close();
  status.set({ kind: "stopped" });
  await Promise.resolve();
  expect(told).toHaveLength(1);
});
