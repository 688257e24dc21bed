import { encode as encodeCbor } from "cborg";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { samples } from "../test/samples.ts";
import { definedFormats, defineFormat } from "./codec.ts";

const cases = samples.flatMap(({ format, values }) => values.map((value, index) => ({ format, value, index })));

/** Fields that may be missing. */
const OPTIONAL: ReadonlySet<string> = new Set(["central", "after", "next", "serving", "retryAfterMs", "notice"]);

test("[WI1] every format has a sample", () => {
  const sampled = new Set(samples.map(({ format }) => format.name));
  expect(
    definedFormats()
      .filter(({ name }) => !sampled.has(name))
      .map(({ name }) => name),
  ).toEqual([]);
});

describe.each(cases)("$format.name, sample $index", ({ format, value }) => {
  const bytes = format.encode(value);

  test("[WI1] what is written is read back unchanged", () => {
    expect(format.decode(bytes)).toEqual({ ok: true, value });
  });

  test("[WI3] a truncation or a bit flip never throws, and what is still accepted is within the schema", () => {
    const check = (changed: Uint8Array): void => {
      const read = format.decode(changed);
      if (read.ok) expect(() => format.encode(read.value)).not.toThrow();
      else expect(read.reason.length).toBeLessThan(200);
    };
    for (let length = 0; length < bytes.byteLength; length += Math.ceil(bytes.byteLength / 64)) {
      expect(format.decode(bytes.subarray(0, length)).ok).toBe(false);
    }
    fc.assert(
      fc.property(fc.nat(bytes.byteLength * 8 - 1), (bit) => {
        const changed = Uint8Array.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        check(changed);
      }),
      { numRuns: 100 },
    );
  });

  test("[WI2] bytes over the limit are refused before they are decoded", () => {
    const padded = new Uint8Array(format.maxBytes + 1);
    padded.set(bytes);
    expect(format.decode(padded)).toMatchObject({ ok: false, reason: expect.stringContaining("the limit is") });
  });

  test("[WI4] unknown fields are dropped", () => {
    expect(format.decode(encodeCbor({ ...(value as object), tomorrow: 1 }))).toEqual({ ok: true, value });
  });

  test("[WI4] a message without one of its fields is refused", () => {
    for (const field of Object.keys(value as object)) {
      const { [field]: _, ...rest } = value as Record<string, unknown>;
      if (!OPTIONAL.has(field)) expect(format.decode(encodeCbor(rest)).ok, `without ${field}`).toBe(false);
    }
  });
});

test("[WI3] random bytes and random CBOR never throw", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.jsonValue().map((json) => encodeCbor(json)),
      ),
      (bytes) => definedFormats().every((format) => typeof format.decode(bytes).ok === "boolean"),
    ),
    { numRuns: 300 },
  );
});

test("[WI3] a header that announces more than there is allocates nothing", () => {
  const claims = [
    Uint8Array.of(0x5b, 0, 0, 0, 1, 0, 0, 0, 0),
    Uint8Array.of(0x9b, 0, 0, 0, 1, 0, 0, 0, 0),
    Uint8Array.of(0xbb, 0, 0, 0, 1, 0, 0, 0, 0),
    Uint8Array.of(0x7b, 0, 0, 0, 1, 0, 0, 0, 0),
  ];
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  for (const claim of claims) for (const format of definedFormats()) expect(format.decode(claim).ok).toBe(false);
  expect(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before).toBeLessThan(32 << 20);
});

test("[WI3] a tower of nested lists is refused", () => {
  const tower = new Uint8Array(16_000).fill(0x81);
  for (const format of definedFormats()) expect(format.decode(tower).ok).toBe(false);
});

test("[WI2] our own value over the limit is not written", () => {
  const small = defineFormat("test-small", 8, v.object({ text: v.string() }));
  expect(() => small.encode({ text: "far too long" })).toThrow(/the limit is 8/);
});

test("[WI4] a refusal names the field and never repeats the value", () => {
  const format = samples.find(({ format }) => format.name === "contact-card")?.format;
  const read = format?.decode(encodeCbor({ v: 1, name: `secret\n${"x".repeat(99)}`, hints: [] }));
  expect(read).toMatchObject({ ok: false, reason: expect.stringContaining("name") });
  expect(JSON.stringify(read)).not.toContain("secret");
});

test("[WI5] lists, texts and byte strings over their bound are refused", () => {
  const over = [
    { name: "contact-card", value: { v: 1, name: "x".repeat(65), hints: [] } },
    { name: "contact-card", value: { v: 1, name: "x", hints: ["a", "b", "c"] } },
    { name: "chat", value: { kind: "text", id: new Uint8Array(16), sentAt: 1, body: "x".repeat(16_001) } },
    {
      name: "chat",
      value: { kind: "receipt", state: "read", ids: Array.from({ length: 257 }, () => new Uint8Array(16)) },
    },
    { name: "chat", value: { kind: "text", id: new Uint8Array(17), sentAt: 1, body: "x" } },
    { name: "chat", value: { kind: "text", id: new Uint8Array(16), sentAt: 2 ** 53, body: "x" } },
  ];
  for (const { name, value } of over) {
    const format = samples.find((each) => each.format.name === name)?.format;
    expect(format?.decode(encodeCbor(value)).ok, `${name} ${Object.keys(value)}`).toBe(false);
  }
});
