import type { Clock } from "@skein/core";
import { type KeyPair, signList } from "@skein/identity";
import { get, type Handler } from "./http.ts";
import { serveFolder } from "./static-files.ts";

/** Where a page finds the signed list of first supernodes, relative to itself. */
export const SUPERNODE_LIST_PATH = "/skein/supernodes";

/** A signed list is given out again for so long, in ms: a crowd that asks costs one signature. */
const LIST_REUSE_MS = 1_000;

/** What the host of a page needs. */
export interface PageHostOptions {
  /** Folder of the built page. */
  readonly pageDirectory: string;
  /** WebSocket address of a central server, if this page shall offer central mode. */
  readonly central: string | undefined;
}

/**
 * Serves the page and the signed list. `ads` gives the signed ads known now, ours first. Rejects `ConfigurationError` when
 * there is no page.
 */
export async function hostPage(
  options: PageHostOptions,
  dependencies: { readonly key: KeyPair; readonly clock: Clock; readonly ads: () => readonly Uint8Array[] },
): Promise<readonly Handler[]> {
  const { key, clock, ads } = dependencies;
  const central = options.central === undefined ? {} : { central: options.central };
  let signed: { readonly list: Uint8Array; readonly at: number } | undefined;
  const list = (): Uint8Array => {
    const now = clock.now();
    if (signed === undefined || now < signed.at || now >= signed.at + LIST_REUSE_MS)
      signed = { list: signList({ ads: ads(), ...central, issuedAt: now }, key), at: now };
    return signed.list;
  };
  return [
    get(SUPERNODE_LIST_PATH, () => ({ type: "application/cbor", body: list(), readers: "any-page" })),
    await serveFolder(options.pageDirectory),
  ];
}
