import type { NetworkView, PathView } from "@skein/client";
import { describe, expect, test } from "vitest";
import { callAnnouncement, networkWords, pathWords } from "./words.ts";

describe("words", () => {
  test("[WB21] only an online network is called online, and names what it is online by", () => {
    const online: NetworkView = { kind: "online", via: ["sn1", "sn2"] };
    expect(networkWords(online, "p2p", "connected").line).toBe("Online via sn1, sn2");
    for (const network of [{ kind: "stopped" }, { kind: "joining" }, { kind: "failed", reason: "x" }] as const) {
      for (const device of ["connected", "disconnected"] as const) {
        expect(networkWords(network, "p2p", device).line).not.toMatch(/^online/i);
      }
    }
  });

  test("[WB21] a fault comes with its reason and with what happens or helps next", () => {
    const joining: NetworkView = { kind: "joining", reason: "no supernode answers" };
    expect(networkWords(joining, "p2p", "connected").hint).toBe("No supernode answers. Skein keeps trying.");
    const failed: NetworkView = { kind: "failed", reason: "Refused." };
    expect(networkWords(failed, "central", "connected").hint).toMatch(/^Refused\. Reload/);
    expect(networkWords(joining, "p2p", "disconnected").line).toBe("This device is offline");
  });

  test("[WB22] a path names who passes things on, and what they and the other side see", () => {
    const relayed: PathView = { kind: "relayed", by: "sn7" };
    expect(pathWords(relayed).label).toBe("relayed by sn7");
    expect(pathWords(relayed).meaning).toMatch(/sn7.*never what/);
    expect(pathWords({ kind: "direct" }).meaning).toMatch(/IP address/);
    expect(pathWords({ kind: "central", by: "host" }).meaning).toMatch(/host.*who/);
  });

  test("[WB43] every state of a call but idle is announced", () => {
    const bob = { call: "c", user: "u" as never, name: "Bob" };
    expect(callAnnouncement({ kind: "idle" })).toBe("");
    expect(callAnnouncement({ ...bob, kind: "ringing-in" })).toBe("Bob is calling.");
    expect(callAnnouncement({ ...bob, kind: "ended", reason: "busy", sentence: "Bob is busy.", lastedMs: 0 })).toBe(
      "Bob is busy.",
    );
  });
});
