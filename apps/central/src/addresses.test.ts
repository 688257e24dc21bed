import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { createAddresses, networkOf } from "./addresses.ts";

test("[CE8] an address has so many connections, others are not touched by that", () => {
  const addresses = createAddresses({ maxSessionsPerAddress: 2 }, { clock: createHandClock() });
  const leave = addresses.admit("192.0.2.1");
  addresses.admit("192.0.2.1");
  expect(addresses.admit("192.0.2.1")).toBeUndefined();
  expect(addresses.admit("::ffff:192.0.2.1")).toBeUndefined();
  expect(addresses.admit("192.0.2.2")).toBeDefined();
  leave?.();
  leave?.();
  expect(addresses.admit("192.0.2.1")).toBeDefined();
  expect(addresses.admit("192.0.2.1")).toBeUndefined();
});

test("[CE8] an address that keeps coming back is slowed down", async () => {
  const clock = createHandClock();
  const addresses = createAddresses({ maxSessionsPerAddress: 2 }, { clock });
  for (let visit = 0; visit < 4; visit += 1) addresses.admit("192.0.2.1")?.();
  expect(addresses.admit("192.0.2.1")).toBeUndefined();
  await clock.advance(1_000);
  expect(addresses.admit("192.0.2.1")).toBeDefined();
});

test("[CE8] IPv6 is counted by its /64", () => {
  const here = networkOf("2001:db8:1:2::1");
  expect(networkOf("2001:db8:1:2:ffff:0:0:9")).toBe(here);
  expect(networkOf("2001:db8:1:3::1")).not.toBe(here);
  expect(networkOf("2001:db8::1")).toBe(networkOf("2001:0db8:0:0:1::1"));
  expect(networkOf("fe80::1%eth0")).toBe(networkOf("fe80::2"));
});
