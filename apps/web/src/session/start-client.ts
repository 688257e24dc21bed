import type { Opener } from "./opener.ts";

/** What the client of a tab is started with. */
export interface ClientOptions {
  /** Name of the profile: its keys and history live in a database of their own. */
  readonly profile: string;
  /** Address of the page without query and fragment: contact links start with it, and its host names the supernodes. */
  readonly page: string;
  /** Hears the other side's sound while a call has some; `undefined` when it is over. */
  readonly onRemoteStream: (stream: MediaStream | undefined) => void;
}

/** Composes the client of this page: kept profile, both networks, messaging and calls. Loaded after the first drawing. */
export function createOpener(_options: ClientOptions): Opener {
  const missing = (): Promise<never> => Promise.reject(new Error("This build of the page carries no client."));
  return { open: missing, create: missing };
}
