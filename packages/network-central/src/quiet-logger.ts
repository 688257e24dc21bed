import type { ComponentLogger, Logger } from "@libp2p/interface";

/** The logger libp2p's parts ask for. It keeps nothing: what matters comes as events and errors. */
export const quietLogger: Logger = Object.assign((): void => {}, {
  error: (): void => {},
  trace: (): void => {},
  enabled: false,
  newScope: (): Logger => quietLogger,
});

/** Gives every component the {@link quietLogger}. */
export const quietLogging: ComponentLogger = { forComponent: () => quietLogger };
