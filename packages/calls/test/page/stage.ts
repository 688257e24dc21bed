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
  dial(): void;
  /** Dials, and resolves when it rings there. */
  ring(): Promise<void>;
  /** Resolves when ICE and DTLS are up at both ends. */
  connected(): Promise<void>;
  /** What both browsers say now. */
  readings(): Promise<Readings>;
  /** How much sound energy each side received between two of its one-second readings. */
  heardInASecond(): Promise<{ readonly caller: number; readonly callee: number }>;
  end(): void;
}

/** Both ends' readings. */
export interface Readings {
  readonly caller: Reading;
  readonly callee: Reading;
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
  const dial = (): void => caller.calls.dial({ kind: "device", device: bob.device });
  const caller = createPhone(alice, a, route, options.caller ?? {});
  const callee = createPhone(bob, b, route, options.callee ?? {});
  return {
    caller,
    callee,
    dial,
    async ring() {
      dial();
      await callee.until((state) => state.kind === "ringing-in");
    },
    async connected() {
      await Promise.all([caller, callee].map(connectionUp));
    },
    readings: async () => ({ caller: await reading(caller), callee: await reading(callee) }),
    async heardInASecond() {
      const [fromCallee, fromCaller] = await Promise.all([caller, callee].map(energyOfASecond));
      return { caller: fromCallee ?? 0, callee: fromCaller ?? 0 };
    },
    end() {
      caller.calls.stop();
      callee.calls.stop();
    },
  };
}

function connectionUp({ connections }: Phone): Promise<void> {
  const connection = connections.at(-1);
  return new Promise((resolve) => {
    const look = (): void => {
      if (connection?.connectionState === "connected") resolve();
    };
    connection?.addEventListener("connectionstatechange", look);
    look();
  });
}

/** The first reading may still hold what was on its way, so the second and third are compared. */
async function energyOfASecond(phone: Phone): Promise<number> {
  await phone.untilNextReading();
  await phone.untilNextReading();
  const before = (await reading(phone)).audioEnergy;
  await phone.untilNextReading();
  return (await reading(phone)).audioEnergy - before;
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
