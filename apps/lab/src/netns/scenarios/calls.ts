import type { Mode } from "@skein/core";
import { meet, openHouse } from "../../people/house.ts";
import { startProduct } from "../../people/product.ts";
import { type CallOutcome, tryCall } from "../../people/try-call.ts";
import type { GatewayKind } from "../gateway-kinds.ts";
import type { Lab } from "../lab.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { home, joined, servers } from "../topologies.ts";

/** What a call of two homes is expected to come to in each mode; `fails` is a lack of the product, told and not hidden. */
interface PairOfHomes {
  readonly homes: readonly [GatewayKind, GatewayKind];
  readonly expected: Readonly<Record<Mode, "direct" | "relayed" | "central" | "fails">>;
}

/** No home with UDP blocked can call: relays speak UDP only. */
const PAIRS: readonly PairOfHomes[] = [
  { homes: ["port-restricted", "port-restricted"], expected: { p2p: "direct", central: "central" } },
  { homes: ["port-restricted", "symmetric"], expected: { p2p: "relayed", central: "central" } },
  { homes: ["symmetric", "symmetric"], expected: { p2p: "relayed", central: "central" } },
  { homes: ["udp-blocked", "port-restricted"], expected: { p2p: "fails", central: "fails" } },
];
const CALLER_HZ = 1000;
const CALLEE_HZ = 440;

/** Two Chromiums behind two gateways, with the whole product: a message and a call in each mode, for pairs of gateways. */
export const callsScenario: Scenario = {
  name: "calls",
  about: "messages and calls between two Chromiums behind two gateways, in both modes",
  topology: joined(
    { hosts: servers },
    ...PAIRS.flatMap(({ homes }, index) => [
      home(`a${index}`, homes[0], "fibre"),
      home(`b${index}`, homes[1], "fibre"),
    ]),
  ),
  run: runCalls,
};

/** What was seen of one pair in one mode. */
interface Row {
  readonly homes: string;
  readonly mode: Mode;
  readonly message: "read" | "not-delivered";
  readonly call: CallOutcome;
  readonly asExpected: boolean;
}

async function runCalls(lab: Lab, context: ScenarioContext): Promise<ScenarioResult> {
  const { pageAddress } = await startProduct(lab);
  const rows: Row[] = [];
  for (const [index, pair] of PAIRS.entries()) {
    for (const row of await tryPair(lab, pageAddress, pair, index, context)) {
      rows.push(row);
      context.say(lineOf(row));
    }
  }
  return {
    verdict: rows.every(({ asExpected }) => asExpected) ? "as-expected" : "not-as-expected",
    figures: { pairs: rows },
  };
}

async function tryPair(
  lab: Lab,
  pageAddress: string,
  { homes, expected }: PairOfHomes,
  index: number,
  { signal }: ScenarioContext,
): Promise<readonly Row[]> {
  const house = openHouse(lab, pageAddress, signal);
  try {
    const caller = await house.person("Alice", { host: `a${index}`, toneHz: CALLER_HZ });
    const callee = await house.person("Bob", { host: `b${index}`, toneHz: CALLEE_HZ });
    await meet(caller, callee);
    const rows: Row[] = [];
    for (const mode of ["p2p", "central"] as const) {
      await Promise.all([caller.switchTo(mode), callee.switchTo(mode)]);
      await Promise.all([caller.seePresence("Bob", "online"), callee.seePresence("Alice", "online")]);
      await caller.say(`by ${mode}`);
      const message = await Promise.all([callee.see(`by ${mode}`), caller.see(`by ${mode}`, "delivered", "read")]).then(
        () => "read" as const,
        () => "not-delivered" as const,
      );
      const call = await tryCall({ caller, callerHz: CALLER_HZ, callee, calleeHz: CALLEE_HZ });
      const asExpected = message === "read" && isAsExpected(call, expected[mode]);
      rows.push({ homes: homes.join(" × "), mode, message, call, asExpected });
    }
    return rows;
  } finally {
    await house.close();
  }
}

/** What the page calls relayed must be so for ICE too, and what it calls direct must not be. */
function isAsExpected(call: CallOutcome, expected: PairOfHomes["expected"][Mode]): boolean {
  if (call.kind === "not-connected") return expected === "fails";
  const usesRelay = call.pair.includes("relay");
  return call.path === expected && call.tone === "both" && usesRelay === (expected !== "direct");
}

function lineOf({ homes, mode, message, call, asExpected }: Row): string {
  const outcome =
    call.kind === "connected"
      ? `${call.path} (${call.pair}), tone heard by ${call.tone}`
      : `no call while ${call.stage}: “${call.sentence}”`;
  return `${asExpected ? "✓" : "✗"} ${homes.padEnd(34)} ${mode.padEnd(8)} message ${message}; ${outcome}`;
}
