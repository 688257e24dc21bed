import type { Mode } from "@skein/core";
import { type BrowserKind, meet, openHouse } from "../../people/house.ts";
import { startProduct } from "../../people/product.ts";
import { type CallOutcome, tryCall } from "../../people/try-call.ts";
import type { GatewayKind } from "../gateway-kinds.ts";
import type { Lab } from "../lab.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { carriedHome, home, joined, servers } from "../topologies.ts";
import type { Topology } from "../topology.ts";

/** Somebody at home. */
interface Dweller {
  readonly browser: BrowserKind;
  /** The gateways before them, nearest first; a second one is a carrier's. */
  readonly gateways: readonly [GatewayKind, GatewayKind?];
}

/** What a call of two homes is expected to come to in each mode; `fails` is a lack of the product, told and not hidden. */
interface PairOfHomes {
  readonly caller: Dweller;
  readonly callee: Dweller;
  readonly expected: Readonly<Record<Mode, "direct" | "relayed" | "central" | "fails">>;
}

const chromium = (...gateways: Dweller["gateways"]): Dweller => ({ browser: "chromium", gateways });
const firefox = (...gateways: Dweller["gateways"]): Dweller => ({ browser: "firefox", gateways });

const direct = { p2p: "direct", central: "central" } as const;
const relayed = { p2p: "relayed", central: "central" } as const;
/** No home with UDP blocked can call: relays speak UDP only. */
const fails = { p2p: "fails", central: "fails" } as const;

const PAIRS: readonly PairOfHomes[] = [
  { caller: chromium("port-restricted"), callee: chromium("port-restricted"), expected: direct },
  { caller: chromium("port-restricted"), callee: firefox("port-restricted"), expected: direct },
  { caller: firefox("port-restricted"), callee: chromium("symmetric"), expected: relayed },
  { caller: chromium("port-restricted"), callee: chromium("symmetric"), expected: relayed },
  { caller: chromium("symmetric"), callee: chromium("symmetric"), expected: relayed },
  { caller: chromium("port-restricted", "port-restricted"), callee: chromium("port-restricted"), expected: direct },
  { caller: chromium("port-restricted", "symmetric"), callee: chromium("port-restricted"), expected: relayed },
  { caller: chromium("udp-blocked"), callee: chromium("port-restricted"), expected: fails },
];
const CALLER_HZ = 1000;
const CALLEE_HZ = 440;

function homeOf(host: string, { gateways: [kind, carrierKind] }: Dweller): Topology {
  return carrierKind === undefined ? home(host, kind, "fibre") : carriedHome(host, kind, carrierKind);
}

/** Two real browsers behind two homes' gateways, with the whole product: a message and a call in each mode, for pairs of homes. */
export const callsScenario: Scenario = {
  name: "calls",
  about: "messages and calls between two browsers behind gateways, in both modes, Chromium and Firefox",
  topology: joined(
    { hosts: servers },
    ...PAIRS.flatMap(({ caller, callee }, index) => [homeOf(`a${index}`, caller), homeOf(`b${index}`, callee)]),
  ),
  run: runCalls,
  unmeasured: (reason) => ({ pairs: null, reason }),
};

/** What was seen of one pair in one mode. */
interface Row {
  /** Caller's, callee's. */
  readonly browsers: readonly [BrowserKind, BrowserKind];
  /** Gateways of the caller's home and of the callee's, nearest first. */
  readonly homes: readonly [string, string];
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
  { caller: a, callee: b, expected }: PairOfHomes,
  index: number,
  { signal }: ScenarioContext,
): Promise<readonly Row[]> {
  const house = openHouse(lab, pageAddress, signal);
  try {
    const caller = await house[a.browser]("Alice", { host: `a${index}`, toneHz: CALLER_HZ });
    const callee = await house[b.browser]("Bob", { host: `b${index}`, toneHz: CALLEE_HZ });
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
      const who = { browsers: [a.browser, b.browser], homes: [wordsOf(a), wordsOf(b)] } as const;
      rows.push({ ...who, mode, message, call, asExpected });
    }
    return rows;
  } finally {
    await house.close();
  }
}

const wordsOf = ({ gateways }: Dweller): string => gateways.join(" < ");

/** What the page calls relayed must be so for ICE too, and what it calls direct must not be. */
function isAsExpected(call: CallOutcome, expected: PairOfHomes["expected"][Mode]): boolean {
  if (call.kind === "not-connected") return expected === "fails";
  const usesRelay = call.pair.includes("relay");
  return call.path === expected && call.tone === "both" && usesRelay === (expected !== "direct");
}

function lineOf({ browsers, homes, mode, message, call, asExpected }: Row): string {
  const outcome =
    call.kind === "connected"
      ? `${call.path} (${call.pair}), tone heard by ${call.tone}`
      : `no call while ${call.stage}: “${call.sentence}”`;
  const pair = browsers.map((browser, end) => `${browser} (${homes[end]})`).join(" × ");
  return `${asExpected ? "✓" : "✗"} ${pair.padEnd(66)} ${mode.padEnd(8)} message ${message}; ${outcome}`;
}
