import { type SupernodeList, verifyList } from "@skein/identity";
import { supernodeListPayload } from "@skein/wire";
import { oneLine } from "../one-line.ts";

/** How long the host of the page may take, in ms. */
const TIMEOUT_MS = 5_000;

/**
 * Asks the host of a page for its signed list of supernodes and the address of its central server. Rejects with a sentence
 * when it does not answer or the list does not hold at `now` (ms).
 */
export async function fetchFirstHosts(page: string, now: () => number): Promise<SupernodeList> {
  const asked = fetch(new URL("skein/supernodes", page), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const response = await asked.catch((error: Error) => {
    throw new Error(`${page} does not answer (${oneLine(error.cause ?? error)})`, { cause: error });
  });
  if (!response.ok) throw new Error(`${page} gave no list of supernodes (${response.status})`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.byteLength > supernodeListPayload.maxBytes * 2) throw new Error(`the list of ${page} is far too long`);
  const list = verifyList(bytes, now());
  if (!list.ok) throw new Error(`the list of ${page} does not hold: ${list.reason}`);
  return list.value;
}
