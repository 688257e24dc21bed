import { createLive, type Live, type UserId } from "@skein/core";
import type { MessageRequest, Messaging } from "@skein/messaging";

/** A request with the first thing they wrote. */
export interface ListedRequest extends MessageRequest {
  readonly firstMessage: string;
}

/** Strangers who wrote, newest first. */
export interface RequestList {
  readonly all: Live<readonly ListedRequest[]>;
  /** Takes someone off the list: accepted, declined or blocked. */
  drop(user: UserId): void;
}

/** Reads the waiting requests and listens for new ones. */
export async function createRequestList(messaging: Messaging): Promise<RequestList> {
  const all = createLive<readonly ListedRequest[]>([]);
  async function add(request: MessageRequest): Promise<void> {
    const messages = await messaging.history(request.user, { limit: 20 });
    const firstMessage = messages.find((message) => message.direction === "incoming")?.body ?? "";
    all.set([{ ...request, firstMessage }, ...all.value.filter((other) => other.user !== request.user)]);
  }
  for (const request of await messaging.requests()) await add(request);
  messaging.onRequest((request) => void add(request).catch(() => {}));
  return { all, drop: (user) => all.set(all.value.filter((request) => request.user !== user)) };
}
