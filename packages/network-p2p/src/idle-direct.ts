import type { Connection } from "@libp2p/interface";
import type { Clock, DeviceId } from "@skein/core";
import { CALL_PROTOCOL } from "@skein/wire";
import type { OpenChannel } from "./channel-registry.ts";
import { DIRECT_IDLE_MS } from "./defaults.ts";
import { deviceOf } from "./peer-id.ts";
import { createTimers } from "./timers.ts";

/** Closes direct connections that nobody uses: an idle one costs thousands of packets an hour (ICE consent, RFC 7675). */
export interface IdleDirect {
  /** A frame passed on this connection, or it was just proven. */
  touched(connection: Connection): void;
  stop(): void;
}

/**
 * Starts watching. A direct connection on which no frame passed for two minutes is closed, after its channels (`done`);
 * not while a call is signalled over it. Whoever has something to say dials again. Rule PP70.
 */
export function closeIdleDirect(dependencies: {
  readonly clock: Clock;
  readonly channelsWith: (device: DeviceId) => readonly OpenChannel[];
}): IdleDirect {
  const { channelsWith, clock } = dependencies;
  const usedAt = new Map<Connection, number>();
  const timers = createTimers(clock);
  let cancel = (): void => {};
  let armed: "no" | "yes" = "no";

  const arm = (): void => {
    cancel();
    const soonest = Math.min(...usedAt.values());
    armed = Number.isFinite(soonest) ? "yes" : "no";
    if (armed === "yes") cancel = timers.at(soonest + DIRECT_IDLE_MS, look);
  };
  const look = (): void => {
    const now = clock.now();
    for (const [connection, at] of usedAt) {
      if (connection.status !== "open") usedAt.delete(connection);
      else if (at + DIRECT_IDLE_MS > now) continue;
      else if (overIt(connection).some(({ protocol }) => protocol === CALL_PROTOCOL)) usedAt.set(connection, now);
      else {
        usedAt.delete(connection);
        close(connection).catch(() => connection.abort(new Error("nobody uses it")));
      }
    }
    arm();
  };
  const overIt = (connection: Connection): readonly OpenChannel[] => {
    const device = deviceOf(connection.remotePeer);
    return device === undefined
      ? []
      : channelsWith(device).filter(({ channel }) => channel.path.value.kind === "direct");
  };
  const close = async (connection: Connection): Promise<void> => {
    await Promise.all(overIt(connection).map(({ channel }) => channel.close("done")));
    await connection.close();
  };

  return {
    touched(connection) {
      usedAt.set(connection, clock.now());
      // The timer looks at the newest times when it fires; it need not move with every frame.
      if (armed === "no") arm();
    },
    stop() {
      timers.cancelAll();
      usedAt.clear();
    },
  };
}
