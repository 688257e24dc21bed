import { multiaddr } from "@multiformats/multiaddr";
import { NetworkError } from "@skein/core";
import { expect, test } from "vitest";
import { socketFirst } from "./socket-first.ts";

const socket = multiaddr("/ip4/192.0.2.1/tcp/1/ws");
const webrtc = multiaddr("/ip4/192.0.2.1/udp/1/webrtc-direct/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g");

/** Tries to connect where only some addresses answer; tells what was tried. */
async function tried(
  addresses: readonly (typeof socket)[],
  otherwise: "webrtc" | "nothing",
  answers: readonly (typeof socket)[],
): Promise<readonly string[]> {
  const log: string[] = [];
  await socketFirst(addresses, otherwise, async (each) => {
    log.push(...each.map((address) => (address === socket ? "socket" : "webrtc")));
    if (!each.some((address) => answers.includes(address))) throw new NetworkError("unreachable", "silence");
    return log;
  }).catch(() => log.push("failed"));
  return log;
}

test("[PP71] where there is a socket that answers, WebRTC is not tried", async () => {
  expect(await tried([webrtc, socket], "webrtc", [webrtc, socket])).toEqual(["socket"]);
});

test("[PP71] where the ad names none, WebRTC it is", async () => {
  expect(await tried([webrtc], "nothing", [webrtc])).toEqual(["webrtc"]);
});

test("[PP71] after a socket that failed WebRTC is tried only where that is wanted", async () => {
  expect(await tried([socket, webrtc], "webrtc", [webrtc])).toEqual(["socket", "webrtc"]);
  expect(await tried([socket, webrtc], "nothing", [webrtc])).toEqual(["socket", "failed"]);
});
