import { type Clock, pause } from "@skein/core";
import type { KeyPair, SupernodeAd } from "@skein/identity";
import type { Logger } from "pino";
import { get, serve, type Web, type WebOptions } from "./http.ts";
import { fetchAds, hostPage } from "./page-host.ts";

/** How often the page host asks its supernodes for fresh ads, in ms. Higher: a new certificate hash is known later. */
const REFRESH_MS = 15_000;
/** How long one supernode may take to answer, in ms. */
const ASK_TIMEOUT_MS = 2_000;

/** What a page host needs to know. */
export interface PageDaemonOptions {
  readonly web: WebOptions;
  readonly pageDirectory: string;
  /** HTTP addresses of the supernodes to list. */
  readonly supernodes: readonly string[];
  readonly central?: string | undefined;
}

/**
 * Serves the page and a signed list of the supernodes that answer now. A supernode that stops answering leaves the list
 * when its ad ends, so that a page loaded meanwhile still learns of it.
 */
export async function startPageDaemon(
  options: PageDaemonOptions,
  dependencies: { readonly key: KeyPair; readonly clock: Clock; readonly log: Logger },
): Promise<Web> {
  const { clock, log, key } = dependencies;
  const known = new Map<string, SupernodeAd>();
  const ads = (): readonly Uint8Array[] =>
    [...known.values()].filter((ad) => ad.expiresAt > clock.now()).map((ad) => ad.bytes);
  const stopping = new AbortController();

  async function refresh(): Promise<void> {
    const answered = await fetchAds(options.supernodes, { clock, timeoutMs: ASK_TIMEOUT_MS });
    for (const ad of answered) known.set(ad.supernode, ad);
    if (answered.length < options.supernodes.length) {
      log.debug({ event: "page.supernodes", answered: answered.length, configured: options.supernodes.length });
    }
  }

  async function keepFresh(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause(clock, REFRESH_MS, stopping.signal);
      await refresh();
    }
  }

  await refresh();
  const web = await serve(options.web, [
    get("/healthz", () => ({ type: "application/json", body: JSON.stringify({ ok: true, supernodes: ads().length }) })),
    ...hostPage(options, { key, clock, ads }),
  ]);
  keepFresh().catch((error: unknown) => {
    if (!stopping.signal.aborted) log.error({ event: "page.refresh-failed", err: error });
  });
  log.info({ event: "page.up", port: web.port, supernodes: ads().length });
  return {
    port: web.port,
    close() {
      stopping.abort();
      return web.close();
    },
  };
}
