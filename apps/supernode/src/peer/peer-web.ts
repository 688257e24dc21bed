import type { Logger } from "pino";
import { get, type Handler, pathOf, serve } from "../http.ts";
import { listening } from "../listening.ts";
import type { HeadlessPeer } from "./headless-peer.ts";

/** What the web side of a peer shows of it. */
export type ShownPeer = Pick<HeadlessPeer, "session">;

/**
 * Serves `/healthz`: 200 while every peer is on its network, 503 otherwise; and `/add`, which leads a browser to the contact
 * link of the first peer. Resolves with how to end it; rejects with a sentence when it cannot listen.
 */
export async function servePeerWeb(
  place: { readonly listen: string; readonly port: number },
  dependencies: {
    readonly peers: () => readonly ShownPeer[];
    readonly log: Logger;
    /** What else is shown. */
    readonly more?: readonly Handler[];
  },
): Promise<() => Promise<void>> {
  const { log, more = [], peers } = dependencies;
  const handlers = [health(peers), add(peers), ...more];
  const web = await listening({ setting: "--http-port", ...place }, serve(place, { handlers, log }));
  return web.close;
}

function health(peers: () => readonly ShownPeer[]): Handler {
  return get("/healthz", () => {
    const states = peers().map(({ session }) => session.state.value);
    const ok = states.length > 0 && states.every(({ network }) => network.kind === "online");
    const networks = states.map(({ mode, network }) => ({ mode, network: network.kind }));
    return {
      type: "application/json",
      status: ok ? 200 : 503,
      body: JSON.stringify({ ok, link: states[0]?.me.link, networks }),
      readers: "own-pages",
    };
  });
}

/** `?profile=bob` goes along, for those who are several people in one browser. */
function add(peers: () => readonly ShownPeer[]): Handler {
  return (request, response) => {
    const link = peers()[0]?.session.state.value.me.link;
    if (pathOf(request) !== "/add" || link === undefined) return undefined;
    response.writeHead(302, { location: addressFor(link, request.url ?? ""), "cache-control": "no-store" }).end();
    return Promise.resolve();
  };
}

/** The contact link, opened by a profile if the query names one. */
export function addressFor(link: string, url: string): string {
  const profile = /[?&]profile=([A-Za-z0-9_-]{1,64})(?:&|$)/.exec(url)?.[1];
  if (profile === undefined) return link;
  const address = new URL(link);
  address.searchParams.set("profile", profile);
  return address.href;
}
