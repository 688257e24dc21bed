import { type SupernodeList, verifyList } from "@skein/identity";
import { supernodeListPayload } from "@skein/wire";

/** Where the host of a page serves its signed list, relative to the page. */
const LIST_PATH = "skein/supernodes";

/** How long the host may take, ms: it has just served the page. */
const TIMEOUT_MS = 5_000;

/**
 * Asks the host of the page for its signed list of supernodes. Rejects with a sentence when it does not answer or the
 * list does not hold; known supernodes then have to do.
 */
export async function fetchFirstHosts(page: string, now: () => number): Promise<SupernodeList> {
  const response = await fetch(new URL(LIST_PATH, page), {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    cache: "no-store",
  });
  if (!response.ok) throw new Error(`The host of this page gave no list of supernodes (${response.status}).`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.byteLength > supernodeListPayload.maxBytes * 2) throw new Error("The list of supernodes is far too long.");
  const list = verifyList(bytes, now());
  if (!list.ok) throw new Error(`The list of supernodes of this page's host does not hold: ${list.reason}.`);
  return list.value;
}
