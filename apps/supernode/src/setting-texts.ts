import { fromBase64Url, KEY_BYTES } from "@skein/core";

/** Hours of a day, as minutes after midnight UTC. */
export interface Hours {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** Reads `22:00-06:00`; `undefined` for anything else. */
export function readHours(text: string): Hours | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) return undefined;
  const [fromHour = 0, from = 0, toHour = 0, to = 0] = match.slice(1).map(Number);
  return { fromMinute: fromHour * 60 + from, toMinute: toHour * 60 + to };
}

/** Reads 32 bytes written as 64 hex digits, or in base64 or base64url, padded or not; `undefined` for anything else. */
export function readKey(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Uint8Array.from(Buffer.from(text, "hex"));
  const plain = text.replace(/=$/, "").replaceAll("+", "-").replaceAll("/", "_");
  if (!/^[\w-]{43}$/.test(plain)) return undefined;
  const bytes = fromBase64Url(plain);
  return bytes.byteLength === KEY_BYTES ? bytes : undefined;
}
