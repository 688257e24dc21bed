import { MicrophoneError } from "@skein/calls";
import type { Mode } from "@skein/core";
import { isMessagingError } from "@skein/messaging";
import { actOnCall, isInCall } from "./call-actions.ts";
import type { ClientParts } from "./client-parts.ts";
import { addContact, relate } from "./contact-actions.ts";
import { done, refused } from "./outcomes.ts";
import type { Profile } from "./profile.ts";
import type { Command, Outcome } from "./session.ts";

/** Longest name, in UTF-16 code units; that of the contact card. */
const MAX_NAME_LENGTH = 64;

/** Makes the function that carries out commands; it never rejects. */
export function createActions(parts: ClientParts): (command: Command) => Promise<Outcome> {
  return async (command) => {
    try {
      return await act(command, parts);
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

async function act(command: Command, parts: ClientParts): Promise<Outcome> {
  const { book, messaging, lane, profile, feed } = parts;
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
      await book.setVerified(command.user, command.verified);
      return done;
    case "send":
      await messaging.send(command.user, command.body);
      return done;
    case "mark-read": {
      const [newest] = await messaging.history(command.user, { limit: 1 });
      if (newest !== undefined) await messaging.markRead(command.user, newest.position);
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
    case "read-meter":
      return { ok: true, traffic: parts.meter.read() };
    case "change-settings":
      await profile.choose({ settings: command.settings });
      return done;
    default:
      return await actOnCall(command, parts);
  }
}

async function rename(name: string, profile: Profile): Promise<Outcome> {
  const trimmed = name.trim().toWellFormed();
  if (trimmed === "") return refused("A name needs at least one character.");
  if (trimmed.length > MAX_NAME_LENGTH) return refused(`A name has at most ${MAX_NAME_LENGTH} characters.`);
  if (/\p{Cc}/u.test(trimmed)) return refused("A name is one line of plain text.");
  await profile.rename(trimmed);
  return done;
}

/** Kept before it is done: after a crash in between, the next start does what was asked. */
async function chooseMode(mode: Mode, { lane, calls, profile, modes }: ClientParts): Promise<Outcome> {
  if (!modes.includes(mode)) return refused("This page does not offer that mode.");
  if (isInCall(calls.state.value)) return refused("End the call before you change the mode.");
  await profile.choose({ mode });
  await lane.change(mode);
  return done;
}
