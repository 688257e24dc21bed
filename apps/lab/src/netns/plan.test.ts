import { expect, test } from "vitest";
import { addressed } from "./addressing.ts";
import { planOf } from "./plan.ts";
import { topologies } from "./topologies.ts";
import type { Topology } from "./topology.ts";

const lab = addressed(topologies["every-kind"] as Topology, "abc123");
const plan = planOf(lab);

test("[LB3] outside its namespaces a lab only makes namespaces, and cables from one into another", () => {
  const lines = plan.batch.trimEnd().split("\n");
  for (const line of lines) {
    expect(line).toMatch(
      /^(netns add skein-abc123-[a-z0-9-]+|link add name \S+ index \d+ netns skein-abc123-\S+ type veth peer name \S+ index \d+ netns skein-abc123-\S+)$/,
    );
  }
  expect(lines.filter((line) => line.startsWith("netns add")).length).toBe(plan.namespaces.length);
});

test("[LB3] the internet has no way out: no default route, and no device but those of its nodes", () => {
  const script = plan.scripts.get(lab.internet) ?? "";
  expect(script).not.toContain("default via");
  const devices = [...script.matchAll(/link set dev (\S+)/g)].map((match) => match[1]);
  const nodes = lab.nodes.filter(({ behind }) => behind === "internet").map(({ name }) => name);
  expect(new Set(devices)).toEqual(new Set(["lo", ...nodes]));
});

test("[LB3] every node has one access link: a wire or a cable, into the place it is behind", () => {
  const cables = plan.batch.split("\n").filter((line) => line.startsWith("link add")).length;
  expect(plan.wires.length + cables).toBe(lab.nodes.length);
  const wire = plan.wires.find(({ name }) => name === "mate");
  expect(wire).toMatchObject({
    a: { namespace: "skein-abc123-mate", device: "eth0" },
    b: { namespace: "skein-abc123-six-gw", device: "mate" },
  });
});

test("[LB4] the namespaces whose scripts wait for others come after those", () => {
  const order = [...plan.scripts.keys()];
  for (const node of lab.nodes) {
    const before = lab.nodes.find(({ name }) => name === node.behind);
    if (before) expect(order.indexOf(node.namespace), node.name).toBeLessThan(order.indexOf(before.namespace));
  }
});
