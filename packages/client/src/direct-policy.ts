import type { DeviceId } from "@skein/core";
import type { ContactBook } from "./contact-book.ts";
import type { PresenceBoard } from "./presence-board.ts";
import type { Profile } from "./profile.ts";

/** Says whether a device may learn our IP address through a direct connection. Asked anew each time. */
export type DirectPolicy = (device: DeviceId) => "allow" | "deny";

/** The policy of the person's settings. A device is a contact's when a contact's signed presence names it. */
export function createDirectPolicy(parts: {
  readonly profile: Profile;
  readonly book: ContactBook;
  readonly board: PresenceBoard;
}): DirectPolicy {
  const { profile, book, board } = parts;
  return (device) => {
    switch (profile.preferences.value.settings.direct) {
      case "always":
        return "allow";
      case "never":
        return "deny";
      case "contacts": {
        const user = board.userOf(device);
        return user !== undefined && book.relation(user) === "contact" ? "allow" : "deny";
      }
    }
  };
}
