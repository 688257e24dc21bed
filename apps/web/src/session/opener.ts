import type { Session } from "@skein/client";

/** A client that runs in this tab. */
export interface RunningClient {
  readonly session: Session;
  /** Ends calls and connections. Idempotent; never rejects. */
  close(): Promise<void>;
}

/** How a tab that holds a profile comes to a client. Made by `start-client.ts`; the demo has its own. */
export interface Opener {
  /** Opens who lives in this profile; `new` when nobody does. Rejects when the keys cannot be read. */
  open(): Promise<{ readonly kind: "new" } | { readonly kind: "client"; readonly client: RunningClient }>;
  /** Makes keys for a new person, keeps them and starts their client. Only after `open` said `new`. */
  create(name: string): Promise<RunningClient>;
}
