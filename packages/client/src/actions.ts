import { MicrophoneError } from "@skein/calls";
import type { Clock, UserId } from "@skein/core";
import { parseCardLink } from "@skein/identity";
import { isMessagingError } from "@skein/messaging";
import type { ClientParts, Profile } from "./client.ts";
import type { ConversationFeed } from "./conversation-feed.ts";
import type { RequestList } from "./request-list.ts";
import type { Command, Outcome } from "./session.ts";
import type { LiveSessionState } from "./session-state.ts";

/** What commands work on. */
export interface ActionParts extends ClientParts {
  readonly profile: Profile;
  readonly feed: ConversationFeed;
  readonly requests: RequestList;
  readonly clock: Clock;
  readonly state: LiveSessionState;
}

const done: Outcome = { ok: true };
const refused = (sentence: string): Outcome => ({ ok: false, sentence });

/** Makes the function that carries out commands; it never rejects. */
export function createActions(parts: ActionParts): (command: Command) => Promise<Outcome> {
  return async (command) => {
    try {
      const outcome = await act(command, parts);
      parts.state.refresh();
      return outcome;
    } catch (error) {
      return refused(sentenceOf(error));
    }
  };
}

function sentenceOf(error: unknown): string {
  if (isMessagingError(error)) return error.message;
  if (error instanceof MicrophoneError) return "This microphone could not be opened; the one before is still in use.";
  return `That did not work: ${error instanceof Error ? error.message : String(error)}`;
}

async function act(command: Command, parts: ActionParts): Promise<Outcome> {
  const { messaging, calls, lane, profile, feed } = parts;
  switch (command.kind) {
    case "rename":
      return await rename(command.name, profile);
    case "add-contact":
      return await addContact(command.link, parts);
    case "remove-contact":
    case "block":
    case "unblock":
    case "accept-request":
    case "decline-request":
      return await relate(command.kind, command.user, parts);
    case "mark-verified":
      await parts.book.setVerified(command.user, command.verified);
      return done;
    case "send":
      await messaging.send(command.user, command.body);
      return done;
    case "mark-read": {
      const newest = feed.newest(command.user);
      if (newest !== undefined) await messaging.markRead(command.user, newest);
      return done;
    }
    case "load-older":
      await feed.loadOlder(command.user);
      return done;
    case "choose-mode":
      return await chooseMode(command.mode, parts);
    case "set-availability":
      lane.setAvailability(command.availability);
      return done;
    case "change-settings":
      await profile.choose({ settings: command.settings });
      return done;
    default:
      return await actOnCall(command, calls);
  }
}

type CallCommand = Extract<
  Command,
  { kind: "call" | "answer" | "decline" | "hang-up" | "dismiss-call" | "mute" | "choose-microphone" }
>;

async function actOnCall(command: CallCommand, calls: ActionParts["calls"]): Promise<Outcome> {
  switch (command.kind) {
    case "call":
      if (calls.state.value.kind !== "idle" && calls.state.value.kind !== "ended")
        return refused("You are in a call already.");
      calls.dial({ kind: "user", user: command.user });
      return done;
    case "answer":
      calls.answer();
      return done;
    case "decline":
      calls.decline();
      return done;
    case "hang-up":
      calls.hangup();
      return done;
    case "dismiss-call":
      calls.dismiss();
      return done;
    case "mute":
      calls.setMuted(command.muted);
      return done;
    case "choose-microphone":
      await calls.chooseMicrophone(command.deviceId);
      return done;
  }
}

async function rename(name: string, profile: Profile): Promise<Outcome> {
  const trimmed = name.trim();
  if (trimmed === "") return refused("A name needs at least one character.");
  if (trimmed.length > 64) return refused("A name has at most 64 characters.");
  await profile.rename(trimmed);
  return done;
}

async function addContact(link: string, { book, messaging, profile, requests, clock }: ActionParts): Promise<Outcome> {
  const card = parseCardLink(link);
  if (!card.ok) return refused(card.reason);
  const { user } = card.value;
  if (user === profile.account.user) return refused("This is your own link. Send it to others; they add you with it.");
  await book.add(card.value, clock.now());
  await messaging.accept(user);
  requests.drop(user);
  messaging.connect(user);
  return { ok: true, user };
}

type RelationCommand = "remove-contact" | "block" | "unblock" | "accept-request" | "decline-request";

async function relate(kind: RelationCommand, user: UserId, parts: ActionParts): Promise<Outcome> {
  const { book, messaging, requests, clock } = parts;
  const card = book.find(user)?.card ?? requests.all.value.find((request) => request.user === user)?.card;
  if (card === undefined) return refused("This person is not known here any more.");
  switch (kind) {
    case "accept-request":
    case "unblock":
      await book.add(card, clock.now());
      await messaging.accept(user);
      break;
    case "block":
      await book.block(card, clock.now());
      break;
    case "remove-contact":
      await book.remove(user);
      break;
    case "decline-request":
      break;
  }
  if (kind === "block" || kind === "remove-contact" || kind === "decline-request")
    await messaging.deleteConversation(user);
  requests.drop(user);
  return done;
}

async function chooseMode(mode: "p2p" | "central", { lane, calls, profile }: ActionParts): Promise<Outcome> {
  const call = calls.state.value.kind;
  if (call !== "idle" && call !== "ended") return refused("End the call before you change the mode.");
  await lane.change(mode);
  await profile.choose({ mode });
  return done;
}
