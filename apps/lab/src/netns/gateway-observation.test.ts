import { expect, test } from "vitest";
import { inWords, tcpBehaviourOf, type UdpObservation, udpBehaviourOf } from "./gateway-observation.ts";

const at = (port: number, address = "15.0.0.1") => ({ address, port });

function observation(change: Partial<UdpObservation>): UdpObservation {
  return {
    seenBy: { a1: at(5000), a2: at(5000), b: at(5000) },
    heard: [],
    late: { port: 6000, seen: at(6000) },
    ...change,
  };
}

test("[LB7] mapping and filtering follow from what was seen where", () => {
  const of = (change: Partial<UdpObservation>) => udpBehaviourOf(observation(change));
  expect(of({})).toEqual({
    kind: "translated",
    mapping: "endpoint-independent",
    filtering: "address-and-port-dependent",
    port: "kept",
  });
  expect(of({ seenBy: { a1: at(1), a2: at(2), b: at(3) } })).toMatchObject({ mapping: "address-and-port-dependent" });
  expect(of({ seenBy: { a1: at(1), a2: at(1), b: at(3) } })).toMatchObject({ mapping: "address-dependent" });
  expect(of({ seenBy: { a1: at(1), a2: at(1), b: at(1, "16.0.0.1") } })).toMatchObject({
    mapping: "address-dependent",
  });
  expect(of({ heard: ["a2"] })).toMatchObject({ filtering: "address-dependent" });
  expect(of({ heard: ["a2", "b"] })).toMatchObject({ filtering: "endpoint-independent" });
  expect(of({ late: { port: 6000, seen: at(1) } })).toMatchObject({ port: "changed" });
});

test("[LB7] what fits nothing is unclear, never right", () => {
  const kindOf = (change: Partial<UdpObservation>) => udpBehaviourOf(observation(change)).kind;
  expect(kindOf({ seenBy: { a1: undefined, a2: undefined, b: undefined } })).toBe("blocked");
  expect(kindOf({ seenBy: { a1: at(1), a2: undefined, b: at(1) } })).toBe("unclear");
  expect(kindOf({ heard: "unclear" })).toBe("unclear");
  expect(kindOf({ heard: ["b"] })).toBe("unclear");
  expect(kindOf({ late: { port: 1, seen: undefined } })).toBe("unclear");
  expect(tcpBehaviourOf({ web: false, other: true })).toMatchObject({ kind: "unclear" });
  expect(tcpBehaviourOf({ web: true, other: false })).toBe("web-ports");
  expect(inWords({ udp: udpBehaviourOf(observation({ heard: "unclear" })), tcp: "none" })).toContain("unclear");
});
