import { multiaddr } from "@multiformats/multiaddr";
import { expect, test } from "vitest";
import { createAddressCaps } from "./address-caps.ts";
import { diverseOrder } from "./diverse-order.ts";
import { ADDRESS_LIMITS, MAX_REMEMBERED_ADDRESSES } from "./limits.ts";
import { createReservationCaps } from "./reservation-caps.ts";
import { socketKey, socketKeyOf, sourceOf, sourceOfConnection } from "./source-address.ts";

test("[PG1] an IPv4 address counts by itself, also inside IPv6, and an IPv6 address with its /64", () => {
  expect(sourceOf("8.8.4.4")).toEqual({ group: "8.8.4.4", reach: "public" });
  expect(sourceOf("::ffff:8.8.4.4")).toEqual({ group: "8.8.4.4", reach: "public" });
  const home = sourceOf("2a00:1450:1:2:3:4:5:6");
  expect(home).toEqual({ group: "2a00:1450:1:2::/64", reach: "public" });
  expect(sourceOf("2a00:1450:0001:2::9").group).toBe(home.group);
  expect(sourceOf("2a00:1450:1:3::9").group).not.toBe(home.group);
  expect(sourceOf("2a00:1450::").group).toBe("2a00:1450:0:0::/64");
  expect(sourceOf("fe80::1%eth0")).toEqual({ group: "fe80:0:0:0::/64", reach: "private" });
});

test("[PG1] a relayed connection has its relay's address, and counts for nobody", () => {
  const relay = "12D3KooWR7guRjiGsb54TPHY4uyTPKC7LA5yfZsz8ZCjRKmMcX4R";
  expect(sourceOfConnection(multiaddr("/ip4/8.8.4.4/tcp/5/ws"))?.group).toBe("8.8.4.4");
  expect(sourceOfConnection(multiaddr("/ip4/8.8.4.4/udp/5/webrtc-direct"))?.group).toBe("8.8.4.4");
  expect(sourceOfConnection(multiaddr(`/ip4/8.8.4.4/tcp/5/ws/p2p/${relay}/p2p-circuit`))).toBeUndefined();
  expect(sourceOfConnection(multiaddr("/dns4/example.org/tcp/5/ws"))).toBeUndefined();
});

test("[PG3] a socket and the connection that comes of it have one key", () => {
  expect(socketKeyOf(multiaddr("/ip4/8.8.4.4/tcp/5/ws"))).toBe(socketKey("::ffff:8.8.4.4", 5));
  expect(socketKeyOf(multiaddr("/ip6/2a00:1450::9/tcp/5/ws"))).toBe(socketKey("2a00:1450:0:0::9", 5));
  expect(socketKeyOf(multiaddr("/ip4/8.8.4.4/udp/5/webrtc-direct"))).toBeUndefined();
});

test("[PG1] [PG2] each address has its own counts, and by default a private one none", () => {
  const limits = { ...ADDRESS_LIMITS, connections: 3, halfOpen: 2, burst: 5, perSecond: 1 };
  let now = 0;
  const caps = createAddressCaps(limits, () => now);
  const here = sourceOf("8.8.4.4");
  const [one, two] = [caps.arrive(here), caps.arrive(here)];
  expect(caps.arrive(here)).toBe("address-half-open");
  for (const visit of [one, two]) if (typeof visit !== "string") visit.proven();
  expect(typeof caps.arrive(here)).toBe("object");
  expect(caps.arrive(here)).toBe("address-connections");
  if (typeof one !== "string") one.ended();
  expect(caps.arrive(here)).toBe("address-rate");
  expect(typeof caps.arrive(sourceOf("8.8.4.5"))).toBe("object");
  now += 1_000;
  expect(typeof caps.arrive(here)).toBe("object");
  for (let count = 0; count < 50; count += 1) expect(typeof caps.arrive(sourceOf("10.0.0.1"))).toBe("object");
});

test("[PG1] addresses that came and went are forgotten at a bound, those that are here are not", () => {
  const caps = createAddressCaps({ ...ADDRESS_LIMITS, connections: 1 }, () => 0);
  const stays = sourceOf("8.8.4.4");
  caps.arrive(stays);
  for (let count = 0; count < 3 * MAX_REMEMBERED_ADDRESSES; count += 1) {
    const visit = caps.arrive(sourceOf(`9.${count >> 16}.${(count >> 8) & 255}.${count & 255}`));
    if (typeof visit !== "string") visit.ended();
  }
  expect(caps.size).toBeLessThanOrEqual(MAX_REMEMBERED_ADDRESSES + 1);
  expect(caps.arrive(stays)).toBe("address-connections");
});

test("[PG1] slots that ended by themselves do not count, and a peer that moves takes its slot along", () => {
  const holders = new Set(["a", "b", "c", "d"]);
  const caps = createReservationCaps<string>(2, (peer) => holders.has(peer));
  expect([caps.take("here", "a"), caps.take("here", "b"), caps.take("here", "c")]).toEqual([true, true, false]);
  expect(caps.take("here", "a")).toBe(true);
  holders.delete("a");
  expect(caps.take("here", "c")).toBe(true);
  expect(caps.take("there", "b")).toBe(true);
  expect(caps.take("here", "d")).toBe(true);
  caps.free("d");
  expect(caps.take("here", "b")).toBe(true);
});

test("[PG9] the first few come from as many places as there are, and nobody is left out", () => {
  const items = ["a1", "a2", "a3", "b1", "b2", "c1"];
  const placeOf = (item: string): string => item.slice(0, 1);
  expect(diverseOrder(items, placeOf)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
  expect(diverseOrder(["a1", "a2"], placeOf)).toEqual(["a1", "a2"]);
  expect(diverseOrder([], placeOf)).toEqual([]);
});
