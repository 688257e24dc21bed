import type { Calls } from "@skein/calls";
import type { Clock, Mode, TrafficMeter } from "@skein/core";
import type { Messaging } from "@skein/messaging";
import type { ContactBook } from "./contact-book.ts";
import type { ConversationFeed } from "./conversation-feed.ts";
import type { Lane } from "./lane.ts";
import type { Profile } from "./profile.ts";
import type { RequestList } from "./request-list.ts";

/** The parts of a client, as its commands see them. */
export interface ClientParts {
  readonly profile: Profile;
  readonly book: ContactBook;
  readonly messaging: Messaging;
  readonly calls: Calls;
  readonly lane: Lane;
  readonly feed: ConversationFeed;
  readonly requests: RequestList;
  readonly clock: Clock;
  readonly meter: TrafficMeter;
  /** Modes on offer. */
  readonly modes: readonly Mode[];
}
