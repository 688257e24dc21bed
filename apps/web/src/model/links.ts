/** A piece of a message: plain text, or an address that can be followed. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly address: string };

/** Most links made out of one message; the rest stays text. */
const MAX_LINKS = 50;

/** Splits a message at its http and https addresses. Nothing else becomes a link. Rule WB34. */
export function splitLinks(body: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  let links = 0;
  for (const match of body.matchAll(/\bhttps?:\/\/[^\s<>"']+/gi)) {
    if (links === MAX_LINKS) break;
    // A closing mark after an address belongs to the sentence around it.
    const address = match[0].replace(/[.,;:!?)\]}’”]+$/u, "");
    if (!URL.canParse(address)) continue;
    if (match.index > done) pieces.push({ kind: "text", text: body.slice(done, match.index) });
    pieces.push({ kind: "link", text: address, address });
    done = match.index + address.length;
    links += 1;
  }
  if (done < body.length) pieces.push({ kind: "text", text: body.slice(done) });
  return pieces;
}
