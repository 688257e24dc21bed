/** A daemon that runs. */
export interface Daemon {
  /** Ends it gracefully. Called once. */
  stop(): Promise<void>;
}
