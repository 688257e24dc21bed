import type { ProfileLock } from "./tab.ts";

/** The browser's own locks (Web Locks API): freed when a tab closes, reloads or crashes. */
export function webLocks(locks: LockManager): ProfileLock {
  return {
    async tryHold(name, whileHeld) {
      let outcome: "held" | "taken" = "held";
      await locks.request(name, { ifAvailable: true }, async (lock) => {
        if (lock === null) outcome = "taken";
        else await whileHeld();
      });
      return outcome;
    },
    waitAndHold: (name, whileHeld, signal) => locks.request(name, { signal }, whileHeld),
  };
}
