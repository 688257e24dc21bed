import type { UserId } from "@skein/core";

/** Whom a contact link names, or a sentence why it cannot be read. */
export type CardReading =
  | { readonly kind: "card"; readonly user: UserId; readonly name: string }
  | { readonly kind: "refused"; readonly sentence: string };

/** Reads and checks a contact link or code. Loads the checking code on first use; never rejects. Rule WB6. */
export async function readCard(code: string): Promise<CardReading> {
  try {
    const { parseCardLink } = await import("@skein/identity");
    const parsed = parseCardLink(code);
    return parsed.ok
      ? { kind: "card", user: parsed.value.user, name: parsed.value.name }
      : { kind: "refused", sentence: parsed.reason };
  } catch {
    return {
      kind: "refused",
      sentence: "The part of the page that reads contact links did not load. Reload the page.",
    };
  }
}
