import { MAX_TEXT_LENGTH } from "@skein/wire";
import { describe, expect, test } from "vitest";
import { judgeText, restoredText } from "./compose.ts";

describe("composing", () => {
  test("[WB32] a text beyond the limit of a message is refused with how much is too much", () => {
    expect(judgeText("a".repeat(MAX_TEXT_LENGTH)).kind).toBe("nearly-full");
    expect(judgeText("a".repeat(MAX_TEXT_LENGTH + 1_234))).toEqual({
      kind: "too-long",
      sentence: expect.stringContaining("1,234 characters too long"),
    });
    expect(judgeText("a".repeat(1_000_000)).kind).toBe("too-long");
  });

  test("[WB32] blank text is nothing to send", () => {
    expect([judgeText("").kind, judgeText(" \n\t").kind, judgeText(" a ").kind]).toEqual(["empty", "empty", "fits"]);
  });

  test("[WB33] a refused text comes back and loses nothing typed meanwhile", () => {
    expect(restoredText("first", "")).toBe("first");
    expect(restoredText("first", "second")).toBe("first\nsecond");
  });
});
