import type { Clock } from "@skein/core";
import { type SupernodeAd, type SupernodeList, verifyList } from "@skein/identity";
import { supernodeListPayload } from "@skein/wire";
import { oneLine } from "../one-line.ts";

/** How long the host of the page may take, in ms. */
const TIMEOUT_MS = 5_000;

/** The list of a page's host. */
export interface PageHosts {
  /** As it was when this began: asked for once, for everybody of a process. Rejects as `fetchFirstHosts`. */
  readonly first: Promise<SupernodeList>;
  /** What `first` gave while that is fresh, else asked anew. Rejects as `fetchFirstHosts`. */
  ads(): Promise<readonly SupernodeAd[]>;
}

/** `first` is given again for so long, ms: whoever starts asks twice, for the modes and for supernodes. */
const FRESH_MS = 10_000;

/** Begins to ask the host of a page; meanwhile the rest of the program can be loaded. */
export function askPageHosts(page: string, { now }: Pick<Clock, "now">): PageHosts {
  const askedAt = now();
  const first = fetchFirstHosts(page, now);
  // Whoever awaits it hears of it.
  first.catch(() => {});
  return {
    first,
    async ads() {
      return (now() - askedAt < FRESH_MS ? await first : await fetchFirstHosts(page, now)).ads;
    },
  };
}

/**
 * Asks the host of a page for its signed list of supernodes and the address of its central server. Rejects with a sentence
 * when it does not answer or the list does not hold at `now` (ms).
 */
async function fetchFirstHosts(page: string, now: () => number): Promise<SupernodeList> {
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
