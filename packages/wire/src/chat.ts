import * as v from "valibot";
import { defineFormat, type Format } from "./codec.ts";
import { id16, listUpTo, text, time } from "./fields.ts";

/** Protocol of one-to-one text. */
export const CHAT_PROTOCOL = "/skein/chat/1";

/** Longest text of one message, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 16_000;

/** Most message ids in one receipt. */
export const MAX_RECEIPT_IDS = 256;

/**
 * What travels on a chat channel after the introduction.
 * `text`: one message; the same id again is the same message. `receipt`: these reached the device, or were seen.
 */
export type ChatMessage =
  | { readonly kind: "text"; readonly id: Uint8Array; readonly sentAt: number; readonly body: string }
  | { readonly kind: "receipt"; readonly state: "delivered" | "read"; readonly ids: Uint8Array[] };

/** Format of {@link ChatMessage}. */
export const chatMessage: Format<ChatMessage> = defineFormat(
  "chat",
  MAX_TEXT_LENGTH * 3 + 128,
  v.variant("kind", [
    v.object({
      kind: v.literal("text"),
      id: id16,
      sentAt: time,
      body: v.pipe(text(MAX_TEXT_LENGTH) as v.GenericSchema<string, string>, v.minLength(1)),
    }),
    v.object({
      kind: v.literal("receipt"),
      state: v.picklist(["delivered", "read"]),
      ids: listUpTo(id16, MAX_RECEIPT_IDS),
    }),
  ]),
);
