import { deviceIdFromKey } from "@skein/core";
import { type ElectionState, initialElection, noMemory, productionTuning } from "@skein/election";
import { expect, test } from "vitest";
import { askWhatIf, readQuery } from "./what-if-query.ts";

const NOW = 1_800_000_000_000;

const fresh: ElectionState = initialElection(
  {
    self: deviceIdFromKey(new Uint8Array(32).fill(7)),
    build: "skein-0.2.0",
    tuning: productionTuning,
    settings: { role: "auto" },
    policy: { kind: "unmanaged" },
  },
  noMemory,
  NOW,
);

function ask(text: string) {
  const read = readQuery(text);
  if ("fault" in read) throw new Error(read.fault);
  return askWhatIf(fresh, read.query, NOW);
}

const FIT =
  "ports=reachable&uptimeHours=8&cpuFreePct=80&memoryFreeMiB=900&uplinkFreeKBps=500&slots=200&power=mains&connection=unmetered";

test("[SU23] other facts give another verdict, by the same rules", () => {
  expect(ask("")).toMatchObject({ outcome: "unfit", sentence: expect.stringMatching(/^Not fit to serve: power/) });
  const measured: ElectionState = {
    ...fresh,
    headroom: {
      cpuFreePct: 80,
      memoryFreeMiB: 900,
      uplinkFreeKBps: 500,
      descriptorsFree: 5_000,
      power: "mains",
      connection: "unmetered",
      monthGB: 0,
      leaves: 0,
      turnedAway: 0,
    },
  };
  const outcome = (text: string): string => {
    const read = readQuery(text);
    return "query" in read ? askWhatIf(measured, read.query, NOW).outcome : read.fault;
  };
  expect(outcome(FIT)).toBe("not-needed");
  expect(outcome(`${FIT}&missing=2`)).toBe("not-now");
  expect(outcome(`${FIT}&cellLoadPct=95&turn=now`)).toBe("elected");
  expect(outcome(`${FIT}&cellLoadPct=50`)).toBe("not-needed");
  for (const change of ["ports=unknown", "power=battery", "role=never", "build=revoked", "election=frozen", "hours=no"])
    expect([change, outcome(`${FIT}&missing=2&turn=now&${change}`)]).toEqual([change, "unfit"]);
});

test("[SU23] asking changes nothing", () => {
  const before = structuredClone(fresh);
  ask(`${FIT}&missing=3`);
  expect(fresh).toEqual(before);
});

test.each([
  "missing=33",
  "missing=-1",
  "cellLoadPct=many",
  "uptimeHours=1e9",
  "role=king",
  "chance=1",
  "__proto__=1",
  `slots=${"9".repeat(2_000)}`,
])("[SU23] %s cannot be asked, and the answer says why", (text) => {
  expect(readQuery(text)).toEqual({ fault: expect.stringMatching(/.+/) });
});
