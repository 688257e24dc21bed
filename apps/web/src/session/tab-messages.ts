import type { Command, ConversationView, Outcome, SessionState } from "@skein/client";
import type { Unsubscribe, UserId } from "@skein/core";

/** Where the tab that holds a profile stands, as its followers hear it. */
export type LeaderPhase =
  | { readonly kind: "opening" }
  /** Nobody lives in this profile yet: the leader shows onboarding. */
  | { readonly kind: "new" }
  | { readonly kind: "running"; readonly state: SessionState }
  | { readonly kind: "failed"; readonly sentence: string };

/** What the tabs of one profile say to each other. `leader` and `tab` are random names of tabs. Rules WB10 to WB19. */
export type TabMessage = FromLeader | FromFollower;

/** Said by the tab that holds the profile. */
export type FromLeader =
  | { readonly kind: "phase"; readonly leader: string; readonly phase: LeaderPhase }
  | {
      readonly kind: "conversation";
      readonly leader: string;
      readonly user: UserId;
      readonly view: ConversationView;
    }
  | {
      readonly kind: "outcome";
      readonly leader: string;
      readonly tab: string;
      readonly id: number;
      readonly outcome: Outcome;
    }
  | { readonly kind: "bye"; readonly leader: string };

/** Said by a tab that follows. */
export type FromFollower =
  | { readonly kind: "hello"; readonly tab: string }
  | { readonly kind: "act"; readonly tab: string; readonly id: number; readonly command: Command }
  /** Asks for the messages of a conversation, now and on every change, until `unwatch` or for {@link LEASE_MS}. */
  | { readonly kind: "watch"; readonly tab: string; readonly user: UserId }
  | { readonly kind: "unwatch"; readonly tab: string; readonly user: UserId }
  /** Still watching these. */
  | { readonly kind: "renew"; readonly tab: string; readonly users: readonly UserId[] }
  /** Somebody uses this tab. */
  | { readonly kind: "active"; readonly tab: string };

/** How long a leader serves a watch that is not renewed, ms. Longer than a hidden tab's slowest timer (60 s). */
export const LEASE_MS = 180_000;

/** How often a follower renews its watches, ms. */
export const RENEW_MS = 60_000;

/** How long a follower waits for a leader's first word before it says so, ms. */
export const SILENCE_MS = 5_000;

/** How long a follower waits for the outcome of a command, ms. */
export const OUTCOME_MS = 60_000;

/** A pipe between the tabs of one profile. */
export interface TabChannel {
  post(message: TabMessage): void;
  /** One listener at a time: a later one replaces the earlier. */
  listen(onMessage: (message: TabMessage) => void): Unsubscribe;
  close(): void;
}

/** Name of the pipe and of the lock of a profile. The version keeps tabs of different builds from misreading each other. */
export function tabName(profile: string): string {
  return `skein:${profile}`;
}

/**
 * Opens the pipe of a profile. Only pages of our own origin can post here, so the kind is checked and the rest is
 * trusted: a tab of this origin could read the keys anyway.
 */
export function openTabChannel(profile: string): TabChannel {
  const channel = new BroadcastChannel(`${tabName(profile)}:1`);
  let listener: ((message: TabMessage) => void) | undefined;
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (isTabMessage(data)) listener?.(data);
  };
  return {
    post: (message) => channel.postMessage(message),
    listen(onMessage) {
      listener = onMessage;
      return () => {
        if (listener === onMessage) listener = undefined;
      };
    },
    close: () => channel.close(),
  };
}

const kinds: ReadonlySet<unknown> = new Set<TabMessage["kind"]>([
  "phase",
  "conversation",
  "outcome",
  "bye",
  "hello",
  "act",
  "watch",
  "unwatch",
  "renew",
  "active",
]);

function isTabMessage(data: unknown): data is TabMessage {
  return typeof data === "object" && data !== null && "kind" in data && kinds.has(data.kind);
}
