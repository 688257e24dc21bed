import type { Calls } from "@skein/calls";
import type { UserId } from "@skein/core";
import { parseCardLink } from "@skein/identity";
import { isInCall } from "./call-actions.ts";
import type { ClientParts } from "./client-parts.ts";
import { done, refused } from "./outcomes.ts";
import type { Outcome } from "./session.ts";

/** What a person can do about someone they know of. */
export type RelationCommand = "remove-contact" | "block" | "unblock" | "accept-request" | "decline-request";

/** Makes the person of a contact link a contact, whatever they were before, and opens a channel to them. */
export async function addContact(link: string, parts: ClientParts): Promise<Outcome> {
  const card = parseCardLink(link);
  if (!card.ok) return refused(card.reason);
  const { user } = card.value;
  if (user === parts.profile.account.user)
    return refused("This is your own link. Send it to others; they add you with it.");
  await parts.book.add(card.value, parts.clock.now());
  await welcome(user, parts);
  return { ok: true, user };
}

/** Changes what someone is to us. Their messages stay when they become a contact, and go otherwise. */
export async function relate(kind: RelationCommand, user: UserId, parts: ClientParts): Promise<Outcome> {
  const { book, messaging, calls, requests, clock } = parts;
  const card = book.find(user)?.card ?? requests.all.value.find((request) => request.user === user)?.card;
  if (card === undefined) return refused("This person is not known here any more.");
  switch (kind) {
    case "accept-request":
    case "unblock":
      await book.add(card, clock.now());
      await welcome(user, parts);
      return done;
    case "block":
      await book.block(card, clock.now());
      hangUpOn(user, calls);
      break;
    case "remove-contact":
      await book.remove(user);
      break;
    case "decline-request":
      break;
  }
  await messaging.deleteConversation(user);
  await requests.refresh();
  return done;
}

async function welcome(user: UserId, { messaging, requests }: ClientParts): Promise<void> {
  await messaging.accept(user);
  await requests.refresh();
  messaging.connect(user);
}

function hangUpOn(user: UserId, calls: Calls): void {
  const call = calls.state.value;
  if (isInCall(call) && call.peer.user === user) calls.hangup();
}
