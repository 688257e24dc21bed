/**
 * What an app embeds: an account, its contacts, messages and calls over a chosen Network.
 *
 * Main path: `session.ts` (all a page sees and may ask for) → `client.ts` (what a client is made of) → `actions.ts` (what a
 * command does) → `lane.ts` (the network in use) → `session-state.ts` (what is shown).
 * Left out: drawing anything, and which networks, stores and sound there are: apps bring them.
 *
 * @module
 */
export { type Client, type ClientDependencies, type ClientOptions, createClient } from "./client.ts";
export { openIndexedDbProfileStore } from "./indexeddb-profile-store.ts";
export type { ClientNetwork } from "./lane.ts";
export { createMemoryProfileStore } from "./memory-profile-store.ts";
export type { Contact, Preferences, ProfileStore } from "./profile-store.ts";
export type {
  CallView,
  Command,
  ContactView,
  ConversationView,
  MessageView,
  NetworkView,
  Outcome,
  PathView,
  QualityView,
  RequestView,
  Session,
  SessionState,
  Settings,
} from "./session.ts";
