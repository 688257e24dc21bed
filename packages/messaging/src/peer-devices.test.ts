import type { Availability, DeviceId, Presence, PresenceChange } from "@skein/core";
import { createHandClock, person } from "@skein/testkit";
import { describe, expect, test } from "vitest";
import { MAX_DEVICES } from "./defaults.ts";
import type { Belief } from "./delivery-state.ts";
import { createPeerDevices } from "./peer-devices.ts";

const bob = person(2);
const never = new AbortController().signal;
const HOUR_MS = 3_600_000;

/** A directory that knows these records, a clock at 10 h, and what the devices made of it. */
function setUp(...known: Presence[]) {
  const clock = createHandClock(10 * HOUR_MS);
  const news: Belief[] = [];
  const watchers = new Set<(change: PresenceChange) => void>();
  const devices = createPeerDevices(bob, {
    clock,
    onNews: (belief) => void news.push(belief),
    directory: {
      publish: () => Promise.reject(new Error("not asked for")),
      find: async () => known,
      publishDurable: () => Promise.reject(new Error("not asked for")),
      findDurable: async () => [],
      watch(_users, onChange) {
        watchers.add(onChange);
        return () => void watchers.delete(onChange);
      },
    },
  });
  const tell = (change: PresenceChange): void => {
    for (const watcher of watchers) watcher(change);
  };
  return { clock, news, devices, watchers, tell };
}

function presence(device: string, issuedAtHour: number, more: Partial<Presence> = {}): Presence {
  const issuedAt = issuedAtHour * HOUR_MS;
  const availability: Availability = "online";
  return {
    user: bob,
    device: device as DeviceId,
    sequence: issuedAt,
    issuedAt,
    expiresAt: issuedAt + HOUR_MS,
    availability,
    via: [],
    bytes: new Uint8Array(),
    ...more,
  };
}

const gone = (device: string, atHour: number): PresenceChange => ({
  kind: "gone",
  user: bob,
  device: device as DeviceId,
  at: atHour * HOUR_MS,
});

describe("devices of a peer", () => {
  test("[MS40] the device that signed last is dialled; expired, signed-off and foreign ones are not", async () => {
    const { devices } = setUp(
      presence("expired", 8),
      presence("older", 9.5),
      presence("newest", 9.8, { availability: "away" }),
      presence("off", 9.9, { availability: "offline" }),
      presence("foreign", 9.95, { user: person(3) }),
    );
    expect(await devices.newest(never)).toBe("newest");
    expect(await setUp(presence("off", 9.9, { availability: "offline" })).devices.newest(never)).toBeUndefined();
  });

  test("[MS40] one that is said to have left comes last, but is dialled when there is no other", async () => {
    const { devices, tell } = setUp(presence("other", 9.2), presence("left", 9.5));
    devices.watch();
    await devices.newest(never);
    tell(gone("left", 9.6));
    expect(await devices.newest(never)).toBe("other");
    const only = setUp(presence("left", 9.5));
    only.devices.watch();
    await only.devices.newest(never);
    only.tell(gone("left", 9.6));
    expect(await only.devices.newest(never)).toBe("left");
  });

  test("[MS41] a record is news once, however often a watch begins anew; an old or foreign one is none", () => {
    const { devices, news, tell, watchers } = setUp();
    devices.watch();
    devices.watch();
    expect(watchers.size).toBe(1);
    tell({ kind: "presence", presence: presence("a", 9.5) });
    devices.unwatch();
    expect(watchers.size).toBe(0);
    devices.watch();
    tell({ kind: "presence", presence: presence("a", 9.5) });
    tell({ kind: "presence", presence: presence("a", 9.4) });
    tell({ kind: "presence", presence: presence("b", 9.9, { user: person(3) }) });
    expect(news).toEqual(["online"]);
    tell({ kind: "presence", presence: presence("a", 9.6) });
    expect(news).toEqual(["online", "online"]);
  });

  test("[MS41] a hint that a device left counts once, and not for a record signed after it", () => {
    const { devices, news, tell } = setUp();
    devices.watch();
    tell({ kind: "presence", presence: presence("a", 9.5) });
    tell({ kind: "presence", presence: presence("b", 9.5) });
    tell(gone("a", 9.4));
    tell(gone("unknown", 9.9));
    tell(gone("a", 9.6));
    tell(gone("a", 9.7));
    tell(gone("b", 9.7));
    tell({ kind: "presence", presence: presence("a", 9.8, { availability: "offline" }) });
    expect(news).toEqual(["online", "online", "unknown", "offline", "offline"]);
  });

  test("[MS41] devices are bounded: the one heard of longest ago is forgotten", async () => {
    const records = Array.from({ length: MAX_DEVICES + 1 }, (_, index) =>
      presence(`d${index}`, index === 0 ? 9.9 : 9.5, { sequence: index }),
    );
    const { devices } = setUp(...records);
    expect(await devices.newest(never)).not.toBe("d0");
  });
});
