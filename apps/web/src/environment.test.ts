import { describe, expect, test } from "vitest";
import { judge, type Surroundings } from "./environment.ts";

const fine: Surroundings = { secure: true, webrtc: true, missing: [], address: "https://skein.test/" };

describe("environment", () => {
  test("[WB3] an insecure origin is the reason given, whatever else is missing because of it", () => {
    const found: Surroundings = { ...fine, secure: false, webrtc: false, missing: ["Web Locks"], address: "http://a/" };
    expect(judge(found)).toEqual({ kind: "insecure", address: "http://a/" });
  });

  test("[WB4] missing WebRTC and missing features are named", () => {
    expect(judge(fine)).toEqual({ kind: "fit" });
    expect(judge({ ...fine, webrtc: false })).toEqual({ kind: "no-webrtc" });
    expect(judge({ ...fine, missing: ["Web Locks"] })).toEqual({ kind: "old", missing: ["Web Locks"] });
  });
});
