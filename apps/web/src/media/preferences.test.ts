import { describe, expect, test } from "vitest";
import { sortDevices } from "./devices.ts";
import { soundPreferences } from "./preferences.ts";

function browser(kept: Record<string, string> = {}) {
  const rows = new Map(Object.entries(kept));
  const target = new EventTarget();
  const localStorage = {
    getItem: (key: string) => rows.get(key) ?? null,
    setItem: (key: string, value: string) => void rows.set(key, value),
  } as Storage;
  const scope = { localStorage, addEventListener: target.addEventListener.bind(target) as Window["addEventListener"] };
  return { rows, scope, target };
}

describe("sound choices", () => {
  test("[WB53] are kept per profile, and heard by the other tabs", () => {
    const { rows, scope, target } = browser();
    const mine = soundPreferences("alice", scope);
    const other = soundPreferences("alice", scope);
    const bobs = soundPreferences("bob", scope);
    mine.change({ speaker: "desk" });
    target.dispatchEvent(Object.assign(new Event("storage"), { key: "skein:alice:sound" }));
    expect([other.value.speaker, bobs.value.speaker, mine.value.ring]).toEqual(["desk", "", "on"]);
    expect([...rows.keys()]).toEqual(["skein:alice:sound"]);
  });

  test.each(["nonsense", "null", '{"speaker":7,"ring":"loud"}'])(
    "[WB53] what cannot be read (%s) is the default",
    (text) => {
      const { scope } = browser({ "skein:alice:sound": text });
      expect(soundPreferences("alice", scope).value).toEqual({
        speaker: "",
        microphone: "",
        ring: "on",
        processing: "on",
      });
    },
  );

  test("[WB53] full storage costs the memory, not the choice", () => {
    const { scope } = browser();
    const full = {
      ...scope.localStorage,
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    const store = soundPreferences("alice", { ...scope, localStorage: full as Storage });
    store.change({ ring: "off" });
    expect(store.value.ring).toBe("off");
  });

  test("[WB52] devices are sorted by kind, and get a number where the browser hides their name", () => {
    const device = (kind: MediaDeviceKind, deviceId: string, label: string) => ({ kind, deviceId, label });
    const found = [
      device("audioinput", "", ""),
      device("audioinput", "a", ""),
      device("audioinput", "b", "Headset"),
      device("videoinput", "c", "Camera"),
      device("audiooutput", "d", ""),
    ];
    expect(sortDevices(found)).toEqual({
      microphones: [
        { id: "a", label: "Microphone 1" },
        { id: "b", label: "Headset" },
      ],
      speakers: [{ id: "d", label: "Speaker 1" }],
    });
  });
});
