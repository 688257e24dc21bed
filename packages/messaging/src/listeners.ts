import type { Unsubscribe } from "@skein/core";

/** Those who want to hear of something. */
export interface Listeners<T> {
  add(listener: (value: T) => void): Unsubscribe;
  /** Tells them all. One that throws does not keep the others from hearing; its error surfaces as unhandled. */
  tell(value: T): void;
}

/** Makes an empty list. */
export function createListeners<T>(): Listeners<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    add(listener) {
      const own = (value: T): void => listener(value);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    tell(value) {
      for (const listener of [...listeners]) {
        try {
          listener(value);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
