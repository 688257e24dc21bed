/**
 * What an app embeds: an account, its contacts, messages and calls over a chosen Network.
 *
 * Main path: `session.ts` (all a page sees and may ask for).
 * Left out: drawing anything, and choosing where keys and history are kept.
 *
 * @module
 */
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
