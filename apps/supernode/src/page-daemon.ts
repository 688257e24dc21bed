import { type Clock, pause } from "@skein/core";
import type { KeyPair } from "@skein/identity";
import type { Logger } from "pino";
import { createAdBook } from "./ad-book.ts";
import type { Daemon } from "./daemon.ts";
import { fetchAd } from "./fetch-ad.ts";
import { get, serve, type WebOptions } from "./http.ts";
import { listening } from "./listening.ts";
import { hostPage, type PageHostOptions } from "./page-host.ts";

/** How often the page host asks its supernodes for fresh ads, in ms. Higher: a new certificate hash is known later. */
const REFRESH_MS = 15_000;

/** How long one supernode may take to answer, in ms. */
const ASK_TIMEOUT_MS = 2_000;

/** What a page host needs to know. */
export interface PageDaemonOptions extends PageHostOptions {
  readonly web: WebOptions;
  /** HTTP addresses of the supernodes to list. */
  readonly supernodes: readonly string[];
}

/**
 * Serves the page and a signed list of the supernodes that answer. One that stops answering leaves the list when its ad
 * ends: a list without it would not help, and it may be back.
 */
export async function startPageDaemon(
  options: PageDaemonOptions,
  dependencies: { readonly key: KeyPair; readonly clock: Clock; readonly log: Logger },
): Promise<Daemon> {
  const { clock, log, key } = dependencies;
  const stopping = new AbortController();
  const book = createAdBook(options.supernodes, {
    clock,
    ask: (address) => fetchAd(address, { clock, timeoutMs: ASK_TIMEOUT_MS, signal: stopping.signal }),
    failed: (address, reason) => log.debug({ event: "page.no-ad", address, reason }),
  });
  const { ads } = book;
  const page = await hostPage(options, { key, clock, ads });
  await book.refresh();
  const health = get("/healthz", () => ({
    type: "application/json",
    body: JSON.stringify({ ok: true, supernodes: ads().length }),
    readers: "own-pages",
  }));
  const web = await listening(
    { setting: "--port", ...options.web },
    serve(options.web, { handlers: [health, ...page], log }),
  );

  async function keepFresh(): Promise<void> {
    for (;;) {
      await pause(clock, REFRESH_MS, stopping.signal);
      await book.refresh();
    }
  }
  keepFresh().catch((error: unknown) => {
    if (!stopping.signal.aborted) log.error({ event: "page.refresh-failed", err: error });
  });
  log.info({ event: "page.up", port: web.port, supernodes: ads().length });
  return {
    stop() {
      stopping.abort();
      return web.close();
    },
  };
}
