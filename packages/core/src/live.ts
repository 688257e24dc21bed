/** A value that changes, its present state always at hand. */
export interface Live<T> {
  readonly value: T;
  /** Calls `listener` at once with the present value, then on every change, until unsubscribed. */
  subscribe(listener: (value: T) => void): Unsubscribe;
}

/** Ends a subscription. Calling it twice does nothing. */
export type Unsubscribe = () => void;

/** The writing half of a {@link Live}; its owner keeps it private. */
export interface LiveSource<T> extends Live<T> {
  /** Replaces the value and tells listeners, unless it is the same value. */
  set(value: T): void;
}

/** Makes a live value. A listener that throws does not keep the others from hearing. */
export function createLive<T>(initial: T): LiveSource<T> {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get value() {
      return current;
    },
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of [...listeners]) notify(listener, value);
    },
    subscribe(listener) {
      const own = (value: T): void => listener(value);
      listeners.add(own);
      notify(own, current);
      return () => void listeners.delete(own);
    },
  };
}

/** Resolves with the first value for which `accept` holds; rejects when `signal` aborts. */
export function until<T, S extends T>(live: Live<T>, accept: (value: T) => value is S, signal: AbortSignal): Promise<S>;
export function until<T>(live: Live<T>, accept: (value: T) => boolean, signal: AbortSignal): Promise<T>;
export function until<T>(live: Live<T>, accept: (value: T) => boolean, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let unsubscribe: Unsubscribe = () => {};
    const finish = (act: () => void): void => {
      queueMicrotask(() => unsubscribe());
      signal.removeEventListener("abort", abort);
      act();
    };
    const abort = (): void => finish(() => reject(signal.reason));
    signal.addEventListener("abort", abort);
    unsubscribe = live.subscribe((value) => {
      if (accept(value)) finish(() => resolve(value));
    });
  });
}

function notify<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
