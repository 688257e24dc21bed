import { type Clock, pause } from "@skein/core";
import { actionsOf, type FaultAction, type TimedFault } from "./faults.ts";
import type { Lab, LinkControl } from "./lab.ts";
import type { Link } from "./links.ts";
import type { Program } from "./program.ts";

/** What of a lab faults befall. */
export type FaultGround = Pick<Lab, "partition" | "heal"> & {
  host(name: string): { readonly programs: readonly FaultProgram[] };
  link(name: string): Pick<LinkControl, "present" | "set">;
};

type FaultProgram = Pick<Program, "state" | "signal" | "kill" | "start">;

/** How a schedule is let loose. */
export interface FaultDependencies {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Hears each step when it is done. */
  readonly tell?: (action: FaultAction) => void;
}

/**
 * Lets a schedule befall a lab; resolves after its last step. Rejects with the abort reason, or with what a step throws;
 * what was begun then (a pause, a cut, a loss) is ended first.
 */
export async function injectFaults(
  schedule: readonly TimedFault[],
  ground: FaultGround,
  { clock, signal, tell }: FaultDependencies,
): Promise<void> {
  const startMs = clock.now();
  const hand = createHand(ground);
  try {
    for (const { atMs, action } of actionsOf(schedule)) {
      const waitMs = startMs + atMs - clock.now();
      if (waitMs > 0) await pause(clock, waitMs, signal);
      signal.throwIfAborted();
      await hand.perform(action);
      tell?.(action);
    }
  } finally {
    await hand.endAll();
  }
}

/** Does steps, and knows what it has begun and not ended. */
function createHand(ground: FaultGround) {
  /** How to end what was begun, by what it befell. */
  const begun = new Map<string, () => Promise<void>>();
  /** Links as they were before a fault of theirs. */
  const before = new Map<string, Link>();
  /** Programs killed by us: only those are started again. */
  const killed = new Map<string, readonly FaultProgram[]>();

  const signalAll = async (host: string, signal: NodeJS.Signals): Promise<void> => {
    for (const program of ground.host(host).programs) program.signal(signal);
  };

  async function end(key: string): Promise<void> {
    const act = begun.get(key);
    begun.delete(key);
    await act?.();
  }

  async function perform(action: FaultAction): Promise<void> {
    switch (action.kind) {
      case "kill": {
        const running = ground.host(action.host).programs.filter(({ state }) => state === "running");
        killed.set(action.host, running);
        await Promise.all(running.map((program) => program.kill()));
        return;
      }
      case "start":
        for (const program of killed.get(action.host) ?? []) program.start();
        return;
      case "stop":
        begun.set(`host ${action.host}`, () => signalAll(action.host, "SIGCONT"));
        return await signalAll(action.host, "SIGSTOP");
      case "continue":
        return await end(`host ${action.host}`);
      case "cut":
        begun.set(`cut ${action.a} ${action.b}`, () => ground.heal(action.a, action.b));
        return await ground.partition(action.a, action.b, action.direction);
      case "heal":
        return await end(`cut ${action.a} ${action.b}`);
      case "link":
        return await changeLink(action.link, action.change);
      case "unlink":
        return await end(`link ${action.link}`);
      case "link-is":
        return await ground.link(action.link).set(action.to);
    }
  }

  async function changeLink(name: string, change: (FaultAction & { kind: "link" })["change"]): Promise<void> {
    const link = ground.link(name);
    const present = before.get(name) ?? link.present;
    before.set(name, present);
    begun.set(`link ${name}`, () => {
      before.delete(name);
      return link.set(present);
    });
    await link.set(change);
  }

  return {
    perform,
    async endAll(): Promise<void> {
      for (const key of [...begun.keys()]) await end(key);
    },
  };
}
