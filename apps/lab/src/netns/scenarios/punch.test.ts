import { expect, test } from "vitest";
import { type GatewayKind, gatewayBehaviour } from "../gateway-kinds.ts";
import { punchWorks } from "./punch.ts";

const works = (a: GatewayKind, b: GatewayKind): boolean => punchWorks(gatewayBehaviour[a].udp, gatewayBehaviour[b].udp);

test("[LB16] hole punching works unless a symmetric side meets one that minds ports, or UDP is blocked", () => {
  expect(works("port-restricted", "port-restricted")).toBe(true);
  expect(works("full-cone", "symmetric")).toBe(true);
  expect(works("address-restricted", "symmetric")).toBe(true);
  expect(works("port-restricted", "symmetric")).toBe(false);
  expect(works("symmetric", "symmetric")).toBe(false);
  expect(works("full-cone", "udp-blocked")).toBe(false);
  for (const a of Object.keys(gatewayBehaviour) as GatewayKind[]) {
    for (const b of Object.keys(gatewayBehaviour) as GatewayKind[]) expect(works(a, b)).toBe(works(b, a));
  }
});
