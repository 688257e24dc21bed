import { userIdFromKey } from "@skein/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readProfile, readRoute, routeHash } from "./address.ts";

describe("address of the page", () => {
  test.each([
    ["", "default"],
    ["?profile=", "default"],
    ["?profile=alice", "alice"],
    ["?x=1&profile=Alice_2-b", "Alice_2-b"],
  ])("[WB1] %j names profile %s", (search, profile) => {
    expect(readProfile(search)).toEqual({ ok: true, profile });
  });

  test.each(["?profile=a b", "?profile=../x", "?profile=%00", `?profile=${"a".repeat(33)}`, "?profile=ä"])(
    "[WB1] %j names no profile",
    (search) => {
      expect(readProfile(search)).toEqual({ ok: false });
    },
  );

  test("[WB2] every route reads back from its own hash", () => {
    const user = userIdFromKey(new Uint8Array(32).fill(9));
    for (const route of [{ kind: "home" }, { kind: "chat", user }, { kind: "add", code: "AbC-_09" }] as const) {
      expect(readRoute(routeHash(route))).toEqual(route);
    }
  });

  test("[WB2] anything else is home, and nothing throws", () => {
    expect(readRoute("#/chat/short")).toEqual({ kind: "home" });
    expect(readRoute(`#/add/${"A".repeat(4_001)}`)).toEqual({ kind: "home" });
    fc.assert(fc.property(fc.string(), (text) => ["home", "chat", "add"].includes(readRoute(`#${text}`).kind)));
  });
});
