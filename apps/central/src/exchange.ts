import type { Clock, DeviceId, Random } from "@skein/core";
import { CENTRAL_CLOSE } from "@skein/wire";
import type { Logger } from "pino";
import { createDirectory, type Directory } from "./directory.ts";
import type { DurableStore } from "./durable-store.ts";
import type { CentralLimits } from "./limits.ts";
import type { MailboxStore } from "./mailbox-store.ts";
import type { Metrics } from "./metrics.ts";
import type { OutboxTotal } from "./outbox.ts";
import { createPipeSwitch, type PipeSwitch } from "./pipes.ts";
import type { RelayService } from "./relay-service.ts";
import type { Session } from "./session.ts";

/** What all connections share: who is logged in, the directory, the mailboxes, the pipes. */
export interface Exchange {
  readonly limits: CentralLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly directory: Directory;
  readonly mailbox: MailboxStore;
  readonly durables: DurableStore;
  readonly pipes: PipeSwitch;
  readonly relay: RelayService | undefined;
  readonly outgoing: OutboxTotal;
  /** Origins under which clients may reach this server. */
  readonly origins: () => ReadonlySet<string>;
  readonly sessions: ReadonlyMap<DeviceId, Session>;
  /** Takes a session in; an older one of the same device ends. */
  enter(session: Session): void;
  /** Lets go of a session whose connection ended. */
  leave(session: Session): void;
}

/** What an exchange is made from. */
export type ExchangeDependencies = Pick<
  Exchange,
  "clock" | "random" | "log" | "metrics" | "mailbox" | "durables" | "relay" | "origins"
>;

/** Makes an exchange without sessions. */
export function createExchange(limits: CentralLimits, dependencies: ExchangeDependencies): Exchange {
  const sessions = new Map<DeviceId, Session>();
  const directory = createDirectory(limits, {
    clock: dependencies.clock,
    isOnline: (device) => sessions.has(device),
  });
  const pipes = createPipeSwitch(limits);

  return {
    ...dependencies,
    limits,
    directory,
    pipes,
    sessions,
    outgoing: { sizeBytes: 0 },

    enter(session) {
      const older = sessions.get(session.device);
      // In this order, so that nobody hears `gone` of a device that is here.
      sessions.set(session.device, session);
      older?.end(CENTRAL_CLOSE.superseded, "this device logged in from somewhere else");
    },

    leave(session) {
      if (sessions.get(session.device) === session) sessions.delete(session.device);
      pipes.detach(session);
      directory.left(session);
    },
  };
}
