import { describe, expect, test } from "vitest";
import { mintCredential, passwordFor, readClaim } from "./credentials.ts";

describe("credentials", () => {
  test("[TU11] user name and password follow the TURN REST scheme", () => {
    // printf '1767225600:alice' | openssl dgst -sha1 -hmac north -binary | base64
    expect(mintCredential({ secret: "north", id: "alice", expiresAt: 1_767_225_600_999 })).toEqual({
      username: "1767225600:alice",
      credential: "qnVCfmDqv+5N7tpxKH0liO/huIU=",
    });
    expect(passwordFor("south", "1767225600:alice")).not.toBe(passwordFor("north", "1767225600:alice"));
  });

  test("[TU11] a user name is read back as who and until when, colons in the id included", () => {
    const { username } = mintCredential({ secret: "north", id: "a:b\nc", expiresAt: 5000 });
    expect(readClaim(username)).toEqual({ id: "a:b\nc", expiresAt: 5000 });
  });

  test.each(["", "alice", ":alice", "12:", "-1:alice", "1.5:alice", "123456789012:alice", `1:${"a".repeat(129)}`])(
    "[TU11] the user name %j claims nothing",
    (username) => {
      expect(readClaim(username)).toBeUndefined();
    },
  );

  test.each([
    ["", 1000],
    ["a".repeat(129), 1000],
    ["alice", -1],
    ["alice", Number.NaN],
    ["alice", 1e14],
  ])("[TU11] nothing is minted for id %j until %d", (id, expiresAt) => {
    expect(() => mintCredential({ secret: "north", id, expiresAt })).toThrow(RangeError);
  });
});
