import { NetworkError } from "@skein/core";
import { expect, test } from "vitest";
import { toNetworkError } from "./network-errors.ts";

const named = (name: string, message = "why"): Error => Object.assign(new Error(message), { name });

test("[PP16] libp2p's failures get the code a caller knows", () => {
  expect(toNetworkError(named("UnsupportedProtocolError")).code).toBe("unsupported");
  expect(toNetworkError(named("UnexpectedPeerError")).code).toBe("peer-mismatch");
  expect(toNetworkError(named("EncryptionFailedError", "Payload identity key does not match")).code).toBe(
    "peer-mismatch",
  );
  expect(toNetworkError(named("EncryptionFailedError", "stream closed")).code).toBe("unreachable");
  expect(toNetworkError(named("TimeoutError"), "closed").code).toBe("closed");
});

test("[PP16] an Event that is thrown counts as the failure it carries, and nothing thrown is lost", () => {
  const event = Object.assign(new Event("close"), { error: named("UnsupportedProtocolError") });
  expect(toNetworkError(event).code).toBe("unsupported");
  expect(toNetworkError(new Event("error")).message).toContain("error");
  expect(toNetworkError(new AggregateError([named("UnsupportedProtocolError")])).code).toBe("unsupported");
  expect(toNetworkError("text").message).toBe("text");
});

test("[PP16] a NetworkError stays itself", () => {
  const error = new NetworkError("refused", "no");
  expect(toNetworkError(error)).toBe(error);
});
