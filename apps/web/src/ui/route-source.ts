import { createLive } from "@skein/core";
import { type Route, readRoute, routeHash } from "../address.ts";
import type { RouteSource } from "./page-parts.ts";

/** The route of a window. */
export function windowRoute(scope: Window): RouteSource {
  const live = createLive<Route>(readRoute(scope.location.hash));
  const read = (): void => live.set(readRoute(scope.location.hash));
  scope.addEventListener("hashchange", read);
  scope.addEventListener("popstate", read);
  return {
    get value() {
      return live.value;
    },
    subscribe: (listener) => live.subscribe(listener),
    go(route, how) {
      const hash = routeHash(route);
      if (hash === scope.location.hash) return;
      if (how === "push") scope.history.pushState(null, "", hash);
      else scope.history.replaceState(null, "", hash);
      live.set(route);
    },
  };
}
