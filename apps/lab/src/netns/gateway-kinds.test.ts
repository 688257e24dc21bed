import fc from "fast-check";
import { expect, test } from "vitest";
import {
  behaviourInARow,
  type GatewayKind,
  gatewayBehaviour,
  gatewayRules,
  IPV6_FIREWALL_RULES,
} from "./gateway-kinds.ts";

const kinds = Object.keys(gatewayBehaviour) as GatewayKind[];
const anyKind = fc.constantFrom(...kinds);

test("[LB5] every gateway drops what comes from outside and answers nothing from inside, also for itself", () => {
  for (const kind of kinds) {
    const rules = gatewayRules(kind);
    expect(rules).toMatch(
      /chain input \{ type filter hook input priority 0; iifname "wan" ct state established,related accept; iifname "wan" drop; \}/,
    );
    expect(rules).toMatch(/chain passing .*\n.*iifname "wan" drop; \}/);
  }
  expect(IPV6_FIREWALL_RULES).toMatch(/chain passing .*established,related accept; iifname "wan" drop; \}/);
});

test("[LB6] two gateways in a row are as strict as the stricter, whichever comes first", () => {
  fc.assert(
    fc.property(anyKind, anyKind, (a, b) => {
      const row = behaviourInARow(gatewayBehaviour[a], gatewayBehaviour[b]);
      expect(row).toEqual(behaviourInARow(gatewayBehaviour[b], gatewayBehaviour[a]));
      expect(behaviourInARow(row, gatewayBehaviour[a])).toEqual(row);
      expect(behaviourInARow(gatewayBehaviour[a], gatewayBehaviour[a])).toEqual(gatewayBehaviour[a]);
    }),
  );
  const row = (a: GatewayKind, b: GatewayKind) => behaviourInARow(gatewayBehaviour[a], gatewayBehaviour[b]);
  expect(row("full-cone", "symmetric")).toEqual(gatewayBehaviour.symmetric);
  expect(row("full-cone", "web-only")).toEqual(gatewayBehaviour["web-only"]);
  expect(row("port-restricted", "udp-blocked").udp).toEqual({ kind: "blocked" });
});
