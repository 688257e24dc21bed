import { MAX_TEXT_LENGTH } from "@skein/wire";

/** Whether a text can be sent as one message. Rule WB32. */
export type TextVerdict =
  | { readonly kind: "empty" }
  | { readonly kind: "fits" }
  /** Fits, but near the limit: `left` characters remain. */
  | { readonly kind: "nearly-full"; readonly left: number }
  | { readonly kind: "too-long"; readonly sentence: string };

/** From how many remaining characters on they are counted. */
const COUNT_FROM = 500;

/** Judges the text of a message before it is sent. */
export function judgeText(text: string): TextVerdict {
  if (text.trim() === "") return { kind: "empty" };
  const left = MAX_TEXT_LENGTH - text.length;
  if (left < 0) {
    const over = (-left).toLocaleString("en");
    const limit = MAX_TEXT_LENGTH.toLocaleString("en");
    return {
      kind: "too-long",
      sentence: `This is ${over} characters too long: one message holds ${limit}. It stays here until you shorten it.`,
    };
  }
  return left <= COUNT_FROM ? { kind: "nearly-full", left } : { kind: "fits" };
}

/** What stands in the composer after a failed send: the refused text, before whatever was typed meanwhile. Rule WB33. */
export function restoredText(refused: string, typedMeanwhile: string): string {
  return typedMeanwhile === "" ? refused : `${refused}\n${typedMeanwhile}`;
}
