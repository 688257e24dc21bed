import { isId, type UserId } from "@skein/core";

/** Which profile a page works for, from `?profile=`. */
export type ProfileChoice = { readonly ok: true; readonly profile: string } | { readonly ok: false };

/** Where in the page a person is, from the part after `#`. */
export type Route =
  | { readonly kind: "home" }
  | { readonly kind: "chat"; readonly user: UserId }
  /** `code` is the card in base64url, unchecked. */
  | { readonly kind: "add"; readonly code: string };

/** Longest card code taken from an address, in characters. */
const MAX_CODE_LENGTH = 4_000;

/** Reads `?profile=`: 1 to 32 letters, digits, `-` or `_`; `default` where none is named. Rule WB1. */
export function readProfile(search: string): ProfileChoice {
  const named = new URLSearchParams(search).get("profile");
  if (named === null || named === "") return { ok: true, profile: "default" };
  return /^[A-Za-z0-9_-]{1,32}$/.test(named) ? { ok: true, profile: named } : { ok: false };
}

/** Reads the part of an address after `#`; anything unknown is `home`. Rule WB2. */
export function readRoute(hash: string): Route {
  const [, kind, rest] = /^#\/(add|chat)\/([A-Za-z0-9_-]+)$/.exec(hash) ?? [];
  if (kind === "add" && rest !== undefined && rest.length <= MAX_CODE_LENGTH) return { kind: "add", code: rest };
  if (kind === "chat" && rest !== undefined && isId(rest)) return { kind: "chat", user: rest as UserId };
  return { kind: "home" };
}

/** The part of an address after `#` for a route, with the `#`. */
export function routeHash(route: Route): string {
  switch (route.kind) {
    case "home":
      return "#/";
    case "chat":
      return `#/chat/${route.user}`;
    case "add":
      return `#/add/${route.code}`;
  }
}
