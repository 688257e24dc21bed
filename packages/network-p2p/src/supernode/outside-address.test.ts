import type { DeviceId } from "@skein/core";
import { expect, test } from "vitest";
import { createOutsideAddress } from "./outside-address.ts";

const own = (): readonly string[] => [
  "/ip4/10.0.0.2/tcp/4001/ws",
  "/ip4/127.0.0.1/tcp/4001/ws",
  "/dns4/a.example/tcp/443/tls/ws",
];
const by = (name: string): DeviceId => name as DeviceId;

test("[PP63] the address that most supernodes see is the one named; one that lies, or says nonsense, moves nothing", () => {
  const outside = createOutsideAddress("observed", own);
  expect(outside.addresses()).toEqual(own());
  outside.observed("203.0.113.9", by("a"));
  outside.observed("198.51.100.66", by("liar"));
  outside.observed("203.0.113.9", by("b"));
  outside.observed("not an address", by("c"));
  expect(outside.addresses()).toEqual(["/ip4/203.0.113.9/tcp/4001/ws", "/dns4/a.example/tcp/443/tls/ws"]);
  expect(outside.host("10.0.0.2")).toBe("203.0.113.9");
});

test("[PP63] what an operator configured is said whatever others see", () => {
  const outside = createOutsideAddress("configured", own);
  outside.observed("203.0.113.9", by("a"));
  expect(outside.addresses()[0]).toBe("/ip4/10.0.0.2/tcp/4001/ws");
  expect(outside.host("10.0.0.2")).toBe("10.0.0.2");
});
