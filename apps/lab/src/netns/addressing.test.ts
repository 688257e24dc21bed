import { BlockList } from "node:net";
import { expect, test } from "vitest";
import { addressed, gatewaysBefore, nodeOf, siteOf } from "./addressing.ts";
import { topologies } from "./topologies.ts";
import type { Topology } from "./topology.ts";

/** What libp2p and browsers treat as not of the public internet. */
const notPublic = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  notPublic.addSubnet(network, prefix, "ipv4");
}

const lab = addressed(topologies["every-kind"] as Topology, "abc123");

test("[LB2] who stands at the internet has a public address, each the first sixteen in another first octet", () => {
  const sites = lab.nodes.filter(({ behind }) => behind === "internet");
  expect(sites.length).toBeGreaterThan(10);
  for (const { address } of sites) expect(notPublic.check(address, "ipv4"), address).toBe(false);
  expect(new Set(sites.map(({ address }) => address.split(".")[0])).size).toBe(sites.length);
  expect(sites[0]).toMatchObject({ name: "sn1", address: "11.0.0.1", ipv6: { address: "3fff:0:0::1" } });
});

test("[LB2] two hundred nodes have addresses of their own, and none is of a private network", () => {
  const hosts = Array.from({ length: 200 }, (_, index) => ({ name: `h${index}`, behind: "internet" }));
  const addresses = addressed({ gateways: [], hosts }, "abc123").nodes.map(({ address }) => address);
  expect(new Set(addresses).size).toBe(200);
  expect(addresses.filter((address) => notPublic.check(address, "ipv4"))).toEqual([]);
});

test("[LB2] homes have private addresses, carriers 100.64/10, and every device a MAC address of its own", () => {
  expect(nodeOf(lab, "cone").address).toMatch(/^192\.168\.\d+\.10$/);
  expect(nodeOf(lab, "cgn-port-gw").address).toMatch(/^100\.64\.\d+\.2$/);
  expect(nodeOf(lab, "six").ipv6?.address).toMatch(/^3fff:1:/);
  expect(nodeOf(lab, "cone").ipv6).toBeUndefined();
  const macs = lab.nodes.map(({ mac }) => mac);
  expect(new Set(macs).size).toBe(macs.length);
});

test("[LB2] a node is known to the world by its outermost gateway", () => {
  expect(gatewaysBefore(lab, "cgn-port").map(({ name }) => name)).toEqual(["cgn-port-gw", "cgn"]);
  expect(siteOf(lab, "cgn-port").name).toBe("cgn");
  expect(siteOf(lab, "sn1").name).toBe("sn1");
  expect(() => nodeOf(lab, "nobody")).toThrow(RangeError);
});
