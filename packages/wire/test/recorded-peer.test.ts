import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { definedFormats } from "../src/codec.ts";
import * as wire from "../src/index.ts";
import { samples } from "./samples.ts";

interface Recorded {
  readonly [format: string]: { readonly maxBytes: number; readonly samples: readonly string[] };
}

/** What builds of 0.1.0 wrote, one sample of every variant of every format, in base64. Never made anew. */
const recorded = JSON.parse(readFileSync(new URL("recorded/formats-0.1.0.json", import.meta.url), "utf8")) as Recorded;
const today = new Map(definedFormats().map((format) => [format.name, format]));

test("[WI6] everything that the version before wrote is read today, within limits no smaller than its own", () => {
  expect(Object.keys(recorded).length).toBeGreaterThan(10);
  expect(wire.INDEX_PROTOCOL_1).toBe("/skein/index/1");
  for (const [name, { maxBytes, samples }] of Object.entries(recorded)) {
    const format = today.get(name);
    expect(format?.maxBytes, name).toBeGreaterThanOrEqual(maxBytes);
    for (const sample of samples)
      expect(format?.decode(Buffer.from(sample, "base64")), name).toMatchObject({ ok: true });
  }
});

test("[WI6] of the index requests exactly those are marked as new that the version before did not write", () => {
  const old = (recorded["index-request"]?.samples ?? []).map((sample) => {
    const request = wire.indexRequest.decode(Buffer.from(sample, "base64"));
    return request.ok ? request.value.kind : request.reason;
  });
  const all = samples.find(({ format }) => format.name === "index-request")?.values as readonly wire.IndexRequest[];
  const unmarked = all.filter((request) => !wire.isSince2(request)).map(({ kind }) => kind);
  expect(new Set(unmarked)).toEqual(new Set(old));
  expect(all.filter(wire.isExchange).every(wire.isSince2)).toBe(true);
});
