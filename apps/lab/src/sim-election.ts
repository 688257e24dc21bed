/**
 * `npm run sim:election`: ten thousand nodes in memory elect supernodes with the product's own machine, under churn as
 * measured in KAD, and lose 30 % of them at once. Virtual time; the same seeds give the same figures.
 *
 * `--sweep` also runs the variants of `sim-election/variants.ts`, the table of docs/decisions/0010-election-defaults.md.
 * `--nodes N`, `--seeds N`; `--json` prints nothing but the last line.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { type ElectionFigures, measuredPopulation, simulateElection } from "@skein/simulator";
import { type Summary, summarize, tableHead, tableRow } from "./sim-election/figures-table.ts";
import { tuningOf, type Variant, variants } from "./sim-election/variants.ts";

const HOUR = 3_600_000;

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    sweep: { type: "boolean", default: false },
    nodes: { type: "string", default: "10000" },
    seeds: { type: "string", default: "3" },
  },
});
const nodes = count("nodes", values.nodes);
const seeds = Array.from({ length: count("seeds", values.seeds) }, (_, index) => index + 1);
const print = (text: string): void => {
  if (!values.json) console.log(text);
};

/** A whole number above zero, or the end of the program with a sentence. */
function count(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`--${name}: "${text}" is not a whole number above 0`);
  process.exit(2);
}

function runVariant(variant: Variant): Summary {
  const runs: ElectionFigures[] = seeds.map((seed) =>
    simulateElection({
      nodes,
      seed,
      tuning: tuningOf(variant),
      population: measuredPopulation,
      settleMs: 4 * HOUR,
      measureMs: 2 * HOUR,
      recoverMs: HOUR / 2,
      lossShare: 0.3,
    }),
  );
  const summary = summarize(runs);
  print(tableRow(variant.name, summary));
  return summary;
}

print(`${nodes} nodes online on average, seeds ${seeds.join(" ")}; supernodes per those online; opened, ended by the`);
print(
  "machine and vanished by themselves: per hour and hundred supernodes; short: leaves with fewer than two supernodes;",
);
print(
  "cold start, recovery from losing 30 % (every leaf has two again) and load below the high mark again: worst seed.\n",
);
print(tableHead);
const [shipped, ...others] = variants;
if (shipped === undefined) throw new RangeError("nothing ships");
const { fullestLoad, recoverS, supernodeShare } = runVariant(shipped);
if (values.sweep) for (const variant of others) runVariant(variant);
print("");
const rounded = (share: number): number => Math.round(share * 10_000) / 10_000;
console.log(
  JSON.stringify({
    nodes,
    seeds: seeds.length,
    supernodeShare: rounded(supernodeShare),
    recoverS,
    fullestLoad: rounded(fullestLoad),
  }),
);
