import { expect, test } from "vitest";
import { addressed } from "./addressing.ts";
import { topologies, twoHomes } from "./topologies.ts";
import { type Topology, TopologyError, topologyFaults } from "./topology.ts";

const good = twoHomes(["port-restricted", "symmetric"]);

test("[LB1] every topology of ours can be built, and each fault of others is named", () => {
  for (const [name, topology] of Object.entries(topologies)) expect(topologyFaults(topology), name).toEqual([]);

  const [gateway] = good.gateways;
  const bad: Topology = {
    gateways: [
      ...good.gateways,
      { name: "lonely", kind: "symmetric", behind: "internet" },
      { name: "deep", kind: "symmetric", behind: "deeper" },
      { name: "deeper", kind: "symmetric", behind: gateway?.name ?? "" },
      { name: "six", kind: "symmetric", behind: "deeper", ipv6: "firewalled" },
    ],
    hosts: [
      { name: "alice", behind: "deep" },
      { name: "eth0", behind: "six" },
      { name: "much-too-long-a-name", behind: "nowhere" },
      { name: "slow", behind: "internet", link: { both: { lossPercent: 101 } } },
      { name: "alice", behind: "deep" },
    ],
  };
  const faults = topologyFaults(bad).join("\n");
  for (const said of [
    "nobody is behind lonely",
    "deep is more than two gateways away",
    "six is more than two gateways away",
    "six has IPv6 but is not at the internet",
    "eth0 is not a name",
    "much-too-long-a-name is not a name",
    "much-too-long-a-name is behind nowhere, which is no gateway",
    "slow: lossPercent is a number from 0 to 100, not 101",
    "alice stands twice",
    "needs two public hosts",
  ]) {
    expect(faults).toContain(said);
  }
  expect(() => addressed(bad, "abc123")).toThrow(TopologyError);
});
