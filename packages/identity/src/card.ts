import { fromBase64Url, toBase64Url, type UserId, userIdFromKey } from "@skein/core";
import { cardPayload, MAX_CARD_BYTES, type Parsed } from "@skein/wire";
import type { KeyPair } from "./keys.ts";
import { openRecord, refuse, signRecord } from "./record.ts";

/** What one person gives another to be found: checked name, key and where to ask first. */
export interface Card {
  readonly user: UserId;
  readonly name: string;
  readonly hints: readonly string[];
  /** The signed record. */
  readonly bytes: Uint8Array;
}

/** Signs a card. `name` 1 to 64 characters on one line, at most 2 hints (multiaddrs of supernodes). */
export function issueCard(content: { readonly name: string; readonly hints: readonly string[] }, user: KeyPair): Card {
  const payload = { v: 1, name: content.name, hints: content.hints.slice(0, 2) } as const;
  const bytes = signRecord("contact-card", cardPayload, payload, user);
  return { user: userIdFromKey(user.publicKey), name: payload.name, hints: payload.hints, bytes };
}

/** Reads and checks a card. */
export function verifyCard(bytes: Uint8Array): Parsed<Card> {
  const record = openRecord("contact-card", cardPayload, bytes, MAX_CARD_BYTES);
  if (!record.ok) return record;
  const { key, payload } = record.value;
  return { ok: true, value: { user: userIdFromKey(key), name: payload.name, hints: payload.hints, bytes } };
}

/** A link that adds this card: `<page>#/add/<card>`. The part after `#` never reaches the host of the page. */
export function cardLink(page: string, card: Card): string {
  const url = new URL(page);
  url.search = "";
  url.hash = `/add/${toBase64Url(card.bytes)}`;
  return url.href;
}

/** Reads a contact link, or just its last part, as people paste it. Reasons are sentences for the page. */
export function parseCardLink(pasted: string): Parsed<Card> {
  const compact = pasted.trim();
  if (compact === "") return refuse("Paste a contact link first.");
  if (compact.length > 4_000) return refuse("This is far too long to be a contact link.");
  const code = /#\/add\/([^\s?#]*)$/.exec(compact)?.[1] ?? compact;
  let bytes: Uint8Array;
  try {
    bytes = fromBase64Url(code);
  } catch {
    return refuse("This is not a contact link. It should end in “#/add/…”.");
  }
  const card = verifyCard(bytes);
  return card.ok ? card : refuse("This contact link is damaged or was changed on its way. Ask for it again.");
}
