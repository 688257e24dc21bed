/** Runs operations of one connection one after the other: browsers do not bear overlapping negotiations. */
export interface Operations {
  /** Runs `act` after everything asked before. `failed` hears its error; what comes after it still runs. */
  run(act: () => Promise<void>, failed: (error: unknown) => void): void;
  /** Nothing runs any more; what is running finishes unheard. */
  close(): void;
}

/** Makes an empty queue. */
export function createOperations(): Operations {
  let last = Promise.resolve();
  let closed = false;
  return {
    run(act, failed) {
      last = last.then(async () => {
        if (closed) return;
        try {
          await act();
        } catch (error) {
          if (!closed) failed(error);
        }
      });
    },
    close() {
      closed = true;
    },
  };
}
