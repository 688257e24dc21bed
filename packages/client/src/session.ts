import type { Availability, DeviceId, Live, Mode, Traffic, UserId } from "@skein/core";

/**
 * What a page talks to: one live state, live conversations, and commands. Everything here is plain data
 * (structured-cloneable), so that a second tab of a profile can follow the first through a BroadcastChannel.
 */
export interface Session {
  readonly state: Live<SessionState>;
  /** The newest messages of a conversation, oldest first; grows with `load-older`. Kept while someone subscribes. */
  conversation(user: UserId): Live<ConversationView>;
  /** Does what a person asked for. Never rejects: a refusal comes back as a sentence for the page. */
  act(command: Command): Promise<Outcome>;
}

/** Everything a page shows apart from the messages of a conversation. */
export interface SessionState {
  readonly mode: Mode;
  readonly network: NetworkView;
  readonly me: {
    readonly user: UserId;
    readonly device: DeviceId;
    readonly name: string;
    /** Contact link to give to others. */
    readonly link: string;
  };
  /** Accepted contacts, by name. */
  readonly contacts: readonly ContactView[];
  /** People who wrote and are not contacts yet, newest first. */
  readonly requests: readonly RequestView[];
  readonly blocked: readonly { readonly user: UserId; readonly name: string }[];
  readonly call: CallView;
  readonly settings: Settings;
  /** Modes this page can offer; central is missing where the host names no central server. */
  readonly modes: readonly Mode[];
}

/** Where the network stands, in words a page can show. */
export type NetworkView =
  | { readonly kind: "stopped" }
  | { readonly kind: "joining"; readonly reason?: string }
  /** `via`: short names of the supernodes, or the address of the central server. */
  | { readonly kind: "online"; readonly via: readonly string[] }
  | { readonly kind: "failed"; readonly reason: string };

/** The way a chat or call takes, as the page draws it. */
export type PathView =
  | { readonly kind: "direct" }
  | { readonly kind: "relayed"; readonly by: string }
  | { readonly kind: "central"; readonly by: string };

/** One accepted contact. */
export interface ContactView {
  readonly user: UserId;
  readonly name: string;
  readonly presence: Availability;
  readonly unread: number;
  readonly lastMessage?: { readonly body: string; readonly at: number; readonly mine: boolean };
  /** Path of the open chat channel; absent while there is none. */
  readonly path?: PathView;
  /** Its owner compared the safety number. */
  readonly verified: boolean;
  readonly safetyNumber: string;
  readonly safetyWords: string;
}

/** Someone who wrote and waits to be accepted. */
export interface RequestView {
  readonly user: UserId;
  readonly name: string;
  readonly firstMessage: string;
  readonly at: number;
}

/** Messages of one conversation. */
export interface ConversationView {
  readonly messages: readonly MessageView[];
  /** `loading` before the first page arrived; `more` when older messages exist. */
  readonly history: "loading" | "more" | "complete";
}

/** One message as shown. */
export interface MessageView {
  readonly id: string;
  readonly mine: boolean;
  readonly body: string;
  /** When its author sent it, ms since 1970. */
  readonly sentAt: number;
  readonly state: "queued" | "sent" | "held" | "delivered" | "read";
}

/** The present call, as shown. */
export type CallView =
  | { readonly kind: "idle" }
  | (CallWith & { readonly kind: "ringing-out" | "ringing-in" | "connecting" })
  | (CallWith & {
      readonly kind: "connected";
      readonly connectedAt: number;
      readonly muted: boolean;
      readonly quality?: QualityView;
    })
  | (CallWith & {
      readonly kind: "ended";
      readonly reason: string;
      readonly sentence: string;
      readonly lastedMs: number;
    });

interface CallWith {
  readonly call: string;
  readonly user: UserId;
  readonly name: string;
  readonly path?: PathView;
}

/** Live figures of a call, once a second. */
export interface QualityView {
  readonly rttMs: number;
  readonly jitterBufferMs: number;
  readonly lossPct: number;
  readonly sendKbps: number;
  readonly receiveKbps: number;
  /** Mean opinion score 1–4.5 by the E-model; the assumptions stand in docs/spec/calls.md. */
  readonly mos: number;
}

/** Choices a person makes. */
export interface Settings {
  /** Whose devices may see our IP address through a direct connection. */
  readonly direct: "always" | "contacts" | "never";
  readonly readReceipts: boolean;
}

/** What a person can ask for. */
export type Command =
  | { readonly kind: "rename"; readonly name: string }
  | { readonly kind: "add-contact"; readonly link: string }
  | {
      readonly kind: "remove-contact" | "block" | "unblock" | "accept-request" | "decline-request";
      readonly user: UserId;
    }
  | { readonly kind: "mark-verified"; readonly user: UserId; readonly verified: boolean }
  | { readonly kind: "send"; readonly user: UserId; readonly body: string }
  | { readonly kind: "mark-read" | "load-older"; readonly user: UserId }
  | { readonly kind: "call"; readonly user: UserId }
  | { readonly kind: "answer" | "decline" | "hang-up" | "dismiss-call" }
  | { readonly kind: "mute"; readonly muted: boolean }
  | { readonly kind: "choose-microphone"; readonly deviceId: string }
  | { readonly kind: "choose-mode"; readonly mode: Mode }
  | { readonly kind: "set-availability"; readonly availability: "online" | "away" }
  | { readonly kind: "change-settings"; readonly settings: Settings }
  /** Asks what the network cost so far; changes nothing. */
  | { readonly kind: "read-meter" };

/** What came of a command; `sentence` is for the person. `user` is set by `add-contact`, `traffic` by `read-meter`. */
export type Outcome =
  | { readonly ok: true; readonly user?: UserId; readonly traffic?: Traffic }
  | { readonly ok: false; readonly sentence: string };
