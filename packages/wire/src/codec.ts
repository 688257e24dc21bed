import { decode as decodeCbor, encode as encodeCbor } from "cborg";
import * as v from "valibot";

/** What reading bytes from a stranger gives: the value, or why it was refused. Never an exception. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** One kind of bytes that crosses a wire or a disk: its schema, its size limit, its codec. */
export interface Format<T> {
  readonly name: string;
  /** Largest encoding in bytes; checked before anything is decoded. */
  readonly maxBytes: number;
  /** Writes a value as CBOR (RFC 8949). Throws `RangeError` when our own value breaks the schema or the limit: a bug. */
  encode(value: T): Uint8Array;
  /** Reads hostile bytes. Unknown fields are dropped, so that a newer peer can add some. */
  decode(bytes: Uint8Array): Parsed<T>;
}

/** Every format defined so far, by name; the fuzz test runs over them all. */
const formats = new Map<string, Format<unknown>>();

/** All formats of the modules loaded so far. */
export function definedFormats(): readonly Format<unknown>[] {
  return [...formats.values()];
}

/** Defines a format from a schema. Names are unique. */
export function defineFormat<Schema extends v.GenericSchema>(
  name: string,
  maxBytes: number,
  schema: Schema,
): Format<v.InferOutput<Schema>> {
  if (formats.has(name)) throw new RangeError(`format ${name} is defined twice`);
  const format: Format<v.InferOutput<Schema>> = {
    name,
    maxBytes,
    encode(value) {
      const result = v.safeParse(schema, value);
      if (!result.success) throw new RangeError(`${name}: ${explain(result.issues)}`);
      // A copy: in Node, cborg answers with a Buffer out of a shared pool.
      const bytes = Uint8Array.from(encodeCbor(result.output, { ignoreUndefinedProperties: true }));
      if (bytes.byteLength > maxBytes)
        throw new RangeError(`${name}: ${bytes.byteLength} bytes, the limit is ${maxBytes}`);
      return bytes;
    },
    decode(bytes) {
      if (bytes.byteLength > maxBytes) return refuse(`${name}: ${bytes.byteLength} bytes, the limit is ${maxBytes}`);
      let raw: unknown;
      try {
        raw = decodeCbor(bytes, STRICT);
      } catch {
        return refuse(`${name}: not CBOR`);
      }
      const result = v.safeParse(schema, raw);
      return result.success ? { ok: true, value: result.output } : refuse(`${name}: ${explain(result.issues)}`);
    },
  };
  formats.set(name, format as Format<unknown>);
  return format;
}

/** One encoding for each value: what we read is what its author wrote. */
const STRICT = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
} as const;

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

/** Longest list of what was expected that a reason repeats: a variant may have many kinds. */
const MAX_EXPECTED = 100;

/** Names the field, never repeats the value: reasons end up in logs. */
function explain(issues: readonly v.BaseIssue<unknown>[]): string {
  const [issue] = issues;
  const path = issue?.path?.map((item) => String(item.key)).join(".") ?? "";
  const expected = issue?.expected ?? "valid";
  const shown = expected.length > MAX_EXPECTED ? `${expected.slice(0, MAX_EXPECTED)}…` : expected;
  return `${path === "" ? "value" : path} is not ${shown}`;
}
