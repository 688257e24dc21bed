import type { UserId } from "@skein/core";

/** Letters and colour that stand for a person where there is no picture. */
export interface Portrait {
  readonly initials: string;
  /** One of {@link HUES}; set by the key, so that two people of one name look different. */
  readonly hue: number;
}

/** Hues of portraits, in degrees; each was picked to carry white letters at 4.5:1 with the style's lightness. */
export const HUES: readonly number[] = [14, 38, 96, 158, 190, 214, 258, 292, 330];

/** Draws the portrait of a person from name and key. */
export function portrait(person: { readonly name: string; readonly user: UserId }): Portrait {
  const words = person.name.trim().split(/\s+/u);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => firstLetter(word ?? ""));
  let sum = 0;
  for (const character of person.user) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return { initials: letters.join("").toLocaleUpperCase() || "?", hue: HUES[sum % HUES.length] ?? 214 };
}

function firstLetter(word: string): string {
  const [first] = new Intl.Segmenter().segment(word);
  return first?.segment ?? "";
}
