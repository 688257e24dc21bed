import { createLive, type Live } from "@skein/core";
import type { MessageRequest, Messaging } from "@skein/messaging";
import { createReread } from "./reread.ts";

/** A request with the first thing they wrote. */
export interface ListedRequest extends MessageRequest {
  readonly firstMessage: string;
}

/** Strangers who wrote, newest first, as the store has them. */
export interface RequestList {
  readonly all: Live<readonly ListedRequest[]>;
  /** Reads it anew: after someone was accepted, declined or blocked. Never rejects. */
  refresh(): Promise<void>;
  close(): void;
}

/** More than a stranger may leave (messaging keeps 10 of each). */
const ALL_OF_A_STRANGER = 20;

/** Makes the list, empty, and listens for new requests. `failed` hears what could not be read; the list then stays as it was. */
export function createRequestList(messaging: Messaging, failed: (error: unknown) => void): RequestList {
  const all = createLive<readonly ListedRequest[]>([]);
  async function withFirstMessage(request: MessageRequest): Promise<ListedRequest> {
    const messages = await messaging.history(request.user, { limit: ALL_OF_A_STRANGER });
    return { ...request, firstMessage: messages.find(({ direction }) => direction === "incoming")?.body ?? "" };
  }
  const refresh = createReread(async () => {
    const requests = await messaging.requests();
    all.set((await Promise.all(requests.map(withFirstMessage))).reverse());
  }, failed);
  return { all, refresh, close: messaging.onRequest(() => void refresh()) };
}
