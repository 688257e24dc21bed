import type { Outcome } from "./session.ts";

/** The command was carried out. */
export const done: Outcome = { ok: true };

/** The command was not carried out; `sentence` says why, to the person. */
export function refused(sentence: string): Outcome {
  return { ok: false, sentence };
}
