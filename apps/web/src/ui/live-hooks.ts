import type { Clock, Live } from "@skein/core";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

/** The present value of a live value; draws again when it changes. */
export function useLive<T>(live: Live<T>): T {
  const subscribe = useCallback((changed: () => void) => live.subscribe(() => changed()), [live]);
  return useSyncExternalStore(subscribe, () => live.value);
}

/** The time in ms; draws again every `everyMs`. Stands still while `everyMs` is undefined. */
export function useNow(clock: Clock, everyMs: number | undefined): number {
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    if (everyMs === undefined) return;
    setNow(clock.now());
    let cancel: () => void;
    const next = (): void => {
      cancel = clock.at(clock.now() + everyMs, () => {
        setNow(clock.now());
        next();
      });
    };
    next();
    return () => cancel();
  }, [clock, everyMs]);
  return now;
}

/** Whether the browser believes to have a network connection. */
export function useDeviceLink(): "connected" | "disconnected" {
  const subscribe = useCallback((changed: () => void) => {
    addEventListener("online", changed);
    addEventListener("offline", changed);
    return () => {
      removeEventListener("online", changed);
      removeEventListener("offline", changed);
    };
  }, []);
  return useSyncExternalStore(subscribe, () => (navigator.onLine ? "connected" : "disconnected"));
}
