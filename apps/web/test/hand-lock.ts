import type { ProfileLock } from "../src/session/tab.ts";

/** A lock for tests that keeps the order of asking, as Web Locks do. */
export function createHandLock(): ProfileLock {
  const holders = new Map<string, Promise<void>>();
  const hold = async (name: string, whileHeld: () => Promise<void>): Promise<void> => {
    const held = whileHeld();
    const settled = held.catch(() => {});
    holders.set(name, settled);
    await settled;
    if (holders.get(name) === settled) holders.delete(name);
    await held;
  };
  return {
    async tryHold(name, whileHeld) {
      if (holders.has(name)) return "taken";
      await hold(name, whileHeld);
      return "held";
    },
    async waitAndHold(name, whileHeld, signal) {
      for (let before = holders.get(name); before !== undefined; before = holders.get(name)) {
        await Promise.race([before, aborted(signal)]);
      }
      signal.throwIfAborted();
      await hold(name, whileHeld);
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
