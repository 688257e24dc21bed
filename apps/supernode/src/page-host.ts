import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "@skein/core";
import { type KeyPair, type SupernodeAd, signList, verifyAd } from "@skein/identity";
import sirv from "sirv";
import { ConfigurationError } from "./configuration.ts";
import { get, type Handler } from "./http.ts";

/** Where a page finds the signed list of first supernodes, relative to itself. */
export const SUPERNODE_LIST_PATH = "/skein/supernodes";

/** What the host of a page needs. */
export interface PageHostOptions {
  /** Folder of the built page. */
  readonly pageDirectory: string;
  /** WebSocket address of a central server, if this page shall offer central mode. */
  readonly central?: string | undefined;
}

/** Serves the page and the signed list. `ads` gives the signed ads known now, ours first. */
export function hostPage(
  options: PageHostOptions,
  dependencies: { readonly key: KeyPair; readonly clock: Clock; readonly ads: () => readonly Uint8Array[] },
): readonly Handler[] {
  if (!existsSync(join(options.pageDirectory, "index.html"))) {
    throw new ConfigurationError(`no page in ${options.pageDirectory}: build it first (npm start does)`);
  }
  const files = sirv(options.pageDirectory, { etag: true, gzip: true, brotli: true, single: false });
  const central = options.central === undefined ? {} : { central: options.central };
  return [
    get(SUPERNODE_LIST_PATH, () => ({
      type: "application/cbor",
      body: signList({ ads: dependencies.ads(), ...central, issuedAt: dependencies.clock.now() }, dependencies.key),
    })),
    (request, response) => {
      files(request, response, () => {
        response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
      });
      return true;
    },
  ];
}

/** Asks the supernodes at these HTTP addresses for their ads; those that do not answer in time are left out. */
export async function fetchAds(
  addresses: readonly string[],
  dependencies: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<readonly SupernodeAd[]> {
  const asked = addresses.map(async (address) => {
    const response = await fetch(new URL("/ad", address), { signal: AbortSignal.timeout(dependencies.timeoutMs) });
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    const ad = verifyAd(new Uint8Array(await response.arrayBuffer()), dependencies.clock.now());
    if (!ad.ok) throw new Error(ad.reason);
    return ad.value;
  });
  return (await Promise.allSettled(asked)).flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
}
