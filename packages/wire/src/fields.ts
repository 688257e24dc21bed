import * as v from "valibot";

/** Building blocks of schemas: every one has a bound. */

/** A byte string of at most `max` bytes. */
export function bytesUpTo(max: number): v.GenericSchema<Uint8Array<ArrayBufferLike>> {
  return v.pipe(
    v.instance(Uint8Array<ArrayBufferLike>),
    v.check((bytes) => bytes.byteLength <= max, `at most ${max} bytes`),
  );
}

/** A byte string of exactly `count` bytes. */
export function bytesOf(count: number): v.GenericSchema<Uint8Array<ArrayBufferLike>> {
  return v.pipe(
    v.instance(Uint8Array<ArrayBufferLike>),
    v.check((bytes) => bytes.byteLength === count, `${count} bytes`),
  );
}

/** A raw Ed25519 public key. */
export const key: v.GenericSchema<Uint8Array<ArrayBufferLike>> = bytesOf(32);

/** A random 16-byte id: of a message, a call. */
export const id16: v.GenericSchema<Uint8Array<ArrayBufferLike>> = bytesOf(16);

/** Text of 1 to `max` UTF-16 code units, without control characters. For names and addresses. */
export function line(max: number): v.GenericSchema<string> {
  return v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(max),
    v.check((text) => !/\p{Cc}/u.test(text), "one line of text"),
  );
}

/** Text of at most `max` UTF-16 code units. */
export function text(max: number): v.GenericSchema<string> {
  return v.pipe(v.string(), v.maxLength(max));
}

/** Milliseconds since 1970, up to the year 9999. */
export const time: v.GenericSchema<number> = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.maxValue(253_402_300_799_999),
);

/** A counter that only rises. */
export const counter: v.GenericSchema<number> = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A list of at most `max` items. */
export function listUpTo<Item extends v.GenericSchema>(
  item: Item,
  max: number,
): v.GenericSchema<v.InferOutput<Item>[]> {
  return v.pipe(v.array(item), v.maxLength(max)) as v.GenericSchema<v.InferOutput<Item>[]>;
}
