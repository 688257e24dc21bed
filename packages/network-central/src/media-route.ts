import type { Clock, MediaRoute } from "@skein/core";
import { CREDENTIAL_MARGIN_MS } from "./defaults.ts";
import type { RequireSession } from "./session.ts";

/**
 * Makes the route of calls in central mode: always through the server's relay, before and after the answer, so neither side
 * sees the other's address (CE40). Credentials are kept until {@link CREDENTIAL_MARGIN_MS} before their end.
 */
export function createMediaRoutes(
  options: { readonly url: string },
  dependencies: { readonly clock: Clock; readonly session: RequireSession },
): (signal: AbortSignal) => Promise<MediaRoute> {
  let kept: MediaRoute | undefined;

  return async (signal) => {
    const { requests } = dependencies.session();
    if (kept !== undefined && kept.expiresAt - CREDENTIAL_MARGIN_MS > dependencies.clock.now()) return kept;
    const given = await requests.ask({ kind: "credentials" }, "credentials", signal);
    kept = {
      iceServers: [{ urls: given.urls, username: given.username, credential: given.credential }],
      beforeAnswer: "relay",
      afterAnswer: "relay",
      expiresAt: given.expiresAt,
      why: "The central server carries the call; neither side sees the other's address.",
      relays: [options.url],
    };
    return kept;
  };
}
