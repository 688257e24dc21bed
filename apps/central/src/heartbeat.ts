import type { Clock } from "@skein/core";

/** Finds dead peers: whoever says nothing from one ping to the next is gone. */
export interface Heartbeat {
  /** Something arrived. */
  heard(): void;
  stop(): void;
}

/** Starts pinging every `intervalMs`. `excused` says that silence is our doing; `onDead` is called once. */
export function startHeartbeat(
  options: { readonly intervalMs: number },
  dependencies: {
    readonly clock: Clock;
    readonly ping: () => void;
    readonly excused: () => boolean;
    readonly onDead: () => void;
  },
): Heartbeat {
  const { clock, ping, excused, onDead } = dependencies;
  let silent = false;
  let cancel = schedule();

  function schedule(): () => void {
    return clock.at(clock.now() + options.intervalMs, beat);
  }

  function beat(): void {
    if (silent && !excused()) {
      onDead();
      return;
    }
    silent = true;
    cancel = schedule();
    ping();
  }

  return {
    heard() {
      silent = false;
    },
    stop: () => cancel(),
  };
}
