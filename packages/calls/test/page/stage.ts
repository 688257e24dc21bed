import { type IcePolicy, type IceServer, systemClock, systemRandom } from "@skein/core";
import { createAccount } from "@skein/identity";
import { createMemoryWorld } from "@skein/testkit";
import { createPhone, type Mischief, type Phone } from "./phone.ts";

/** How media may travel in a test. */
export interface StageOptions {
  readonly iceServers: readonly IceServer[];
  readonly beforeAnswer: IcePolicy;
  readonly afterAnswer: IcePolicy;
  readonly caller?: Mischief;
  readonly callee?: Mischief;
}

/** Two phones in one page, real connections, a network in memory between them. */
export interface Stage {
  readonly caller: Phone;
  readonly callee: Phone;
  /** Dials, and resolves when it rings there. */
  ring(): Promise<void>;
  /** Sound energy each side has received so far, caller first. */
  energies(): Promise<readonly [number, number]>;
  readings(phone: Phone): Promise<Reading>;
  end(): void;
}

/** What a browser says of a call's connection. */
export interface Reading {
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly concealedFraction: number;
  readonly audioEnergy: number;
  readonly local: string;
  readonly remote: string;
}

/** Puts two people who know each other into the page. */
export async function createStage({ iceServers, beforeAnswer, afterAnswer, ...options }: StageOptions): Promise<Stage> {
  const world = createMemoryWorld({}, { clock: systemClock, random: systemRandom });
  const [alice, bob] = ["alice", "bob"].map((name) =>
    createAccount({ name, deviceName: "page" }, { random: systemRandom, now: Date.now() }),
  );
  if (alice === undefined || bob === undefined) throw new Error("no accounts");
  const route = { iceServers, beforeAnswer, afterAnswer, expiresAt: Date.now() + 3_600_000, why: "", relays: ["turn"] };
  const [a, b] = [world.join(alice.device), world.join(bob.device)];
  await Promise.all([a, b].map((network) => network.start(AbortSignal.timeout(5_000))));
  const caller = createPhone(alice, a, route, options.caller ?? {});
  const callee = createPhone(bob, b, route, options.callee ?? {});
  return {
    caller,
    callee,
    async ring() {
      caller.calls.dial({ kind: "device", device: bob.device });
      await callee.until((state) => state.kind === "ringing-in");
    },
    energies: async () => [(await reading(caller)).audioEnergy, (await reading(callee)).audioEnergy],
    readings: reading,
    end() {
      caller.calls.stop();
      callee.calls.stop();
    },
  };
}

async function reading(phone: Phone): Promise<Reading> {
  const report = await phone.connections.at(-1)?.getStats();
  const entries = report === undefined ? [] : [...report.values()];
  const inbound = entries.find((entry) => entry.type === "inbound-rtp");
  const pair = entries.find(
    (entry) => entry.id === entries.find(({ type }) => type === "transport")?.selectedCandidatePairId,
  );
  const kind = (id: unknown): string => entries.find((entry) => entry.id === id)?.candidateType ?? "";
  return {
    packetsReceived: inbound?.packetsReceived ?? 0,
    packetsLost: inbound?.packetsLost ?? 0,
    concealedFraction: (inbound?.concealedSamples ?? 0) / Math.max(1, inbound?.totalSamplesReceived ?? 0),
    audioEnergy: inbound?.totalAudioEnergy ?? 0,
    local: kind(pair?.localCandidateId),
    remote: kind(pair?.remoteCandidateId),
  };
}

/** What the test reaches from outside. */
export interface PageGlobals {
  createStage: typeof createStage;
}

(globalThis as unknown as PageGlobals).createStage = createStage;
