import type { Channel, CloseReason, DeviceId, Network } from "@skein/core";
import { createHandClock, person } from "@skein/testkit";
import { describe, expect, test } from "vitest";
import { DIAL_TIMEOUT_MS } from "./defaults.ts";
import { dialPeer } from "./dialling.ts";
import type { PeerDevices } from "./peer-devices.ts";

/** A dial by a network that heeds no signal, to devices as said. */
function setUp(newest: PeerDevices["newest"]) {
  const clock = createHandClock();
  const dialling = Promise.withResolvers<Channel>();
  const scope = new AbortController();
  const result = dialPeer(person(2), {
    network: { dial: () => dialling.promise } as unknown as Network,
    devices: { newest, watch() {}, unwatch() {} },
    clock,
    report: () => {},
    account: () => {
      throw new Error("nobody to introduce ourselves to");
    },
    signal: scope.signal,
  });
  return { clock, dialling, scope, result };
}

function lateChannel(): { readonly channel: Channel; readonly closes: CloseReason[] } {
  const closes: CloseReason[] = [];
  const channel = {
    async close(reason: CloseReason) {
      closes.push(reason);
    },
  } as unknown as Channel;
  return { channel, closes };
}

const somewhere = async (): Promise<DeviceId> => "device" as DeviceId;

describe("dialling", () => {
  test("[MS42] a dial that hangs is given up in time, and a channel it brings later is closed", async () => {
    const { clock, dialling, result } = setUp(somewhere);
    await clock.advance(DIAL_TIMEOUT_MS);
    expect(await result).toEqual({ kind: "failed" });
    const { channel, closes } = lateChannel();
    dialling.resolve(channel);
    await clock.settle();
    expect(closes).toEqual(["stopped"]);
    expect(clock.waiting).toBe(0);
  });

  test("[MS42] so is one whose network was left meanwhile, and a directory that never answers", async () => {
    const left = setUp(somewhere);
    await left.clock.settle();
    left.scope.abort(new Error("left"));
    expect(await left.result).toEqual({ kind: "failed" });
    const { channel, closes } = lateChannel();
    left.dialling.resolve(channel);
    await left.clock.settle();
    expect(closes).toEqual(["stopped"]);

    const mute = setUp(() => new Promise(() => {}));
    await mute.clock.advance(DIAL_TIMEOUT_MS);
    expect(await mute.result).toEqual({ kind: "failed" });
  });

  test("[MS42] a person the directory does not know is absent, which is not a failure of the network", async () => {
    expect(await setUp(async () => undefined).result).toEqual({ kind: "absent" });
  });
});
