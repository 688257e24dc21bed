import { describe, expect, test } from "vitest";
import { callDuration, pathNodes, qualityFigures, qualityGrade } from "./call-figures.ts";

describe("figures of a call", () => {
  test.each([
    [-5, "0:00"],
    [999, "0:00"],
    [61_000, "1:01"],
    [3_599_999, "59:59"],
    [3_600_000, "1:00:00"],
    [36_061_000, "10:01:01"],
  ])("[WB41] %d ms is shown as %s", (ms, text) => {
    expect(callDuration(ms)).toBe(text);
  });

  test("[WB42] the path is drawn node by node, from you to the other person", () => {
    const names = (path: Parameters<typeof pathNodes>[0]) =>
      pathNodes(path, "Bob").map(({ role, name }) => `${role} ${name}`);
    expect(names({ kind: "direct" })).toEqual(["you You", "them Bob"]);
    expect(names({ kind: "relayed", by: "sn1" })).toEqual(["you You", "supernode sn1", "them Bob"]);
    expect(names({ kind: "central", by: "host" })).toEqual(["you You", "server host", "them Bob"]);
  });

  test("[WB42] the score has a grade, and every figure a unit", () => {
    expect([4.4, 4, 3.9, 3.1, 3, 1].map(qualityGrade)).toEqual(["good", "good", "fair", "fair", "poor", "poor"]);
    const figures = qualityFigures({
      rttMs: 48.6,
      jitterBufferMs: 20.1,
      lossPct: 0.44,
      sendKbps: 32.2,
      receiveKbps: 31.8,
      mos: 4.26,
    });
    expect(figures.map(({ value }) => value)).toEqual([
      "4.3 of 4.5",
      "49 ms",
      "20 ms",
      "0.4 %",
      "32 kbit/s",
      "32 kbit/s",
    ]);
  });
});
