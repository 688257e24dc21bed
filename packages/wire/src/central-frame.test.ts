import fc from "fast-check";
import { expect, test } from "vitest";
import { type CentralReply, type CentralRequest, centralReply } from "./central.ts";
import {
  decodeReplyFrame,
  decodeRequestFrame,
  encodeDataFrame,
  encodeReplyFrame,
  encodeRequestFrame,
  MAX_PIPE_CHUNK_BYTES,
  MAX_REPLY_FRAME_BYTES,
  MAX_REQUEST_FRAME_BYTES,
} from "./central-frame.ts";

test("[CE6] data frames come back as they were, in both directions", () => {
  const pipe = fc.nat(0xffff_ffff);
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(pipe, bytes, (number, chunk) => {
      const frame = encodeDataFrame(number, chunk);
      const expected = { ok: true, value: { kind: "data", pipe: number, bytes: chunk } };
      expect(decodeRequestFrame(frame)).toEqual(expected);
      expect(decodeReplyFrame(frame)).toEqual(expected);
    }),
  );
});

test("[CE6] control frames come back as they were", () => {
  const request: CentralRequest = { kind: "open", pipe: 2, device: new Uint8Array(32), protocol: "/skein/chat/1" };
  expect(decodeRequestFrame(encodeRequestFrame(request))).toEqual({
    ok: true,
    value: { kind: "control", message: request },
  });
  const reply: CentralReply = { kind: "failed", id: 7, code: "busy", reason: "later" };
  expect(decodeReplyFrame(encodeReplyFrame(reply))).toEqual({ ok: true, value: { kind: "control", message: reply } });
});

test("[CE6] a chunk has 1 to its most bytes, both when written and when read", () => {
  for (const sizeBytes of [0, MAX_PIPE_CHUNK_BYTES + 1]) {
    expect(() => encodeDataFrame(2, new Uint8Array(sizeBytes))).toThrow(RangeError);
    expect(decodeRequestFrame(Uint8Array.of(1, 0, 0, 0, 2, ...new Uint8Array(sizeBytes)))).toMatchObject({ ok: false });
  }
  const most = encodeDataFrame(2, new Uint8Array(MAX_PIPE_CHUNK_BYTES));
  expect(decodeRequestFrame(most)).toMatchObject({ ok: true });
  expect(most.byteLength).toBeLessThan(Math.min(MAX_REQUEST_FRAME_BYTES, MAX_REPLY_FRAME_BYTES));
});

test("[CE6] a request is no reply, an oversized frame is refused before it is read", () => {
  const request = encodeRequestFrame({ kind: "pong" });
  expect(decodeReplyFrame(request)).toMatchObject({ ok: false });
  expect(decodeReplyFrame(new Uint8Array(MAX_REPLY_FRAME_BYTES + 1))).toEqual({
    ok: false,
    reason: `central-reply: ${MAX_REPLY_FRAME_BYTES} bytes, the limit is ${centralReply.maxBytes}`,
  });
});
