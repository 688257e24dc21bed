import { MAX_MAIL_BYTES } from "@skein/core";
import * as v from "valibot";
import { defineFormat, type Format } from "./codec.ts";
import { MAX_DURABLE_BYTES, MAX_DURABLES_OF_USER } from "./durable.ts";
import { bytesOf, bytesUpTo, key, line, listUpTo, time } from "./fields.ts";
import { MAX_CERTIFICATE_BYTES, MAX_PRESENCE_BYTES } from "./records.ts";

/** What device and central server say to each other in control frames. Contract: docs/spec/central.md. */

/** Path of the WebSocket on a central server; the last part is the version of everything here. */
export const CENTRAL_PATH = "/skein/central/1";

/** WebSocket close codes of a central server; the reason is a sentence. Besides them: 1001 when the server stops. */
export const CENTRAL_CLOSE: {
  readonly protocolError: 4400;
  readonly loginRefused: 4401;
  readonly loginTimeout: 4408;
  /** The same device logged in elsewhere; do not come back by yourself. */
  readonly superseded: 4409;
  /** What was sent to the device piled up beyond the limit. */
  readonly tooSlow: 4413;
  /** Too many connections, from this address or at all; come back later. */
  readonly busy: 4429;
} = { protocolError: 4400, loginRefused: 4401, loginTimeout: 4408, superseded: 4409, tooSlow: 4413, busy: 4429 };

/** Most users in one `watch` or `unwatch`. */
export const MAX_WATCH_BATCH = 64;
/** Most records in one `found`. */
export const MAX_FOUND_RECORDS = 16;
/** Most ids in one `acknowledge`. */
export const MAX_ACKNOWLEDGED = 256;
/** Most bytes of sealed mail in one `mail` page; one piece always fits. */
export const MAX_MAIL_PAGE_BYTES: number = 4 * MAX_MAIL_BYTES;
/** Most pieces in one `mail` page. */
export const MAX_MAIL_PAGE_PIECES = 64;

/** What a device signs to log in (purpose `central-login`). Bound to one connection and one server, so worthless elsewhere. */
export interface LoginPayload {
  readonly v: 1;
  /** The 32 bytes of the server's challenge on this connection. */
  readonly nonce: Uint8Array;
  /** Origin the device dialled, e.g. `wss://central.example`. */
  readonly server: string;
}

/** Format of {@link LoginPayload}. */
export const loginPayload: Format<LoginPayload> = defineFormat(
  "central-login",
  512,
  v.object({ v: v.literal(1), nonce: bytesOf(32), server: line(256) }),
);

/** Why a pipe ended or never began. Not authenticated: what a channel's end said stands inside the channel. */
export type PipeEnd = "ended" | "unreachable" | "unsupported" | "refused" | "protocol-error";

/** Why the server did not do what was asked. */
export type CentralRefusal = "refused" | "too-large" | "busy";

/** Device → server. `id` numbers a request; its answer carries the same number. */
export type CentralRequest =
  | { readonly kind: "login"; readonly certificate: Uint8Array; readonly proof: Uint8Array }
  | { readonly kind: "publish"; readonly id: number; readonly presence: Uint8Array }
  | { readonly kind: "find"; readonly id: number; readonly user: Uint8Array }
  | { readonly kind: "publish-durable"; readonly id: number; readonly record: Uint8Array }
  | { readonly kind: "find-durable"; readonly id: number; readonly user: Uint8Array }
  | { readonly kind: "watch"; readonly id: number; readonly users: Uint8Array[] }
  | { readonly kind: "unwatch"; readonly id: number; readonly users: Uint8Array[] }
  | { readonly kind: "deposit"; readonly id: number; readonly device: Uint8Array; readonly sealed: Uint8Array }
  /** `after`: the last piece of the page before. */
  | { readonly kind: "collect"; readonly id: number; readonly after?: string | undefined }
  | { readonly kind: "acknowledge"; readonly id: number; readonly pieces: string[] }
  | { readonly kind: "credentials"; readonly id: number }
  | PipeControl
  | { readonly kind: "pong" };

/** Both directions. Pipes a device opens have even numbers, pipes the server brings have odd ones. */
export type PipeControl =
  /** To the server: bring me to `device`. From the server: `device` wants you. */
  | { readonly kind: "open"; readonly pipe: number; readonly device: Uint8Array; readonly protocol: string }
  /** The receiver took in this many bytes; the sender may send as many more. */
  | { readonly kind: "credit"; readonly pipe: number; readonly sizeBytes: number }
  | { readonly kind: "close"; readonly pipe: number; readonly end: PipeEnd };

/** Server → device. */
export type CentralReply =
  | { readonly kind: "challenge"; readonly nonce: Uint8Array }
  | { readonly kind: "welcome" }
  | { readonly kind: "ping" }
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly code: CentralRefusal; readonly reason: string }
  | { readonly kind: "found"; readonly id: number; readonly presences: Uint8Array[] }
  | { readonly kind: "durables"; readonly id: number; readonly records: Uint8Array[] }
  /** `next`: present when more waits; goes into `after`. */
  | { readonly kind: "mail"; readonly id: number; readonly pieces: MailPiece[]; readonly next?: string | undefined }
  | {
      readonly kind: "credentials";
      readonly id: number;
      readonly urls: string[];
      readonly username: string;
      readonly credential: string;
      readonly expiresAt: number;
    }
  | { readonly kind: "presence"; readonly record: Uint8Array }
  | { readonly kind: "gone"; readonly user: Uint8Array; readonly device: Uint8Array; readonly at: number }
  | PipeControl;

/** One piece of mail in a page. */
export interface MailPiece {
  readonly piece: string;
  readonly sealed: Uint8Array;
  readonly receivedAt: number;
}

const number32 = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(0xffff_ffff));
const piece = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16}$/));
const protocol = v.pipe(v.string(), v.maxLength(64), v.regex(/^\/skein\/[a-z0-9-]{1,40}\/[0-9]{1,4}$/));
const pipeControl = [
  v.object({ kind: v.literal("open"), pipe: number32, device: key, protocol }),
  v.object({ kind: v.literal("credit"), pipe: number32, sizeBytes: number32 }),
  v.object({
    kind: v.literal("close"),
    pipe: number32,
    end: v.picklist(["ended", "unreachable", "unsupported", "refused", "protocol-error"]),
  }),
] as const;

/** Format of {@link CentralRequest}. */
export const centralRequest: Format<CentralRequest> = defineFormat(
  "central-request",
  MAX_MAIL_BYTES + 1024,
  v.variant("kind", [
    v.object({ kind: v.literal("login"), certificate: bytesUpTo(MAX_CERTIFICATE_BYTES), proof: bytesUpTo(1024) }),
    v.object({ kind: v.literal("publish"), id: number32, presence: bytesUpTo(MAX_PRESENCE_BYTES) }),
    v.object({ kind: v.literal("find"), id: number32, user: key }),
    v.object({ kind: v.literal("publish-durable"), id: number32, record: bytesUpTo(MAX_DURABLE_BYTES) }),
    v.object({ kind: v.literal("find-durable"), id: number32, user: key }),
    v.object({ kind: v.literal("watch"), id: number32, users: listUpTo(key, MAX_WATCH_BATCH) }),
    v.object({ kind: v.literal("unwatch"), id: number32, users: listUpTo(key, MAX_WATCH_BATCH) }),
    v.object({ kind: v.literal("deposit"), id: number32, device: key, sealed: bytesUpTo(MAX_MAIL_BYTES) }),
    v.object({ kind: v.literal("collect"), id: number32, after: v.optional(piece) }),
    v.object({ kind: v.literal("acknowledge"), id: number32, pieces: listUpTo(piece, MAX_ACKNOWLEDGED) }),
    v.object({ kind: v.literal("credentials"), id: number32 }),
    ...pipeControl,
    v.object({ kind: v.literal("pong") }),
  ]),
);

/** Format of {@link CentralReply}. */
export const centralReply: Format<CentralReply> = defineFormat(
  "central-reply",
  MAX_MAIL_PAGE_BYTES + MAX_MAIL_PAGE_PIECES * 96 + 1024,
  v.variant("kind", [
    v.object({ kind: v.literal("challenge"), nonce: bytesOf(32) }),
    v.object({ kind: v.literal("welcome") }),
    v.object({ kind: v.literal("ping") }),
    v.object({ kind: v.literal("done"), id: number32 }),
    v.object({
      kind: v.literal("failed"),
      id: number32,
      code: v.picklist(["refused", "too-large", "busy"]),
      reason: line(256),
    }),
    v.object({
      kind: v.literal("found"),
      id: number32,
      presences: listUpTo(bytesUpTo(MAX_PRESENCE_BYTES), MAX_FOUND_RECORDS),
    }),
    v.object({
      kind: v.literal("durables"),
      id: number32,
      records: listUpTo(bytesUpTo(MAX_DURABLE_BYTES), MAX_DURABLES_OF_USER),
    }),
    v.object({
      kind: v.literal("mail"),
      id: number32,
      pieces: listUpTo(v.object({ piece, sealed: bytesUpTo(MAX_MAIL_BYTES), receivedAt: time }), MAX_MAIL_PAGE_PIECES),
      next: v.optional(piece),
    }),
    v.object({
      kind: v.literal("credentials"),
      id: number32,
      urls: listUpTo(line(256), 4),
      username: line(256),
      credential: line(256),
      expiresAt: time,
    }),
    v.object({ kind: v.literal("presence"), record: bytesUpTo(MAX_PRESENCE_BYTES) }),
    v.object({ kind: v.literal("gone"), user: key, device: key, at: time }),
    ...pipeControl,
  ]),
);
