import { expect, test } from "vitest";
import { adOf, person } from "../test/people.ts";
import {
  dialable,
  isUsableDevice,
  neighbourhoodOf,
  parseAddress,
  relayedAddress,
  relayOf,
  shortAddresses,
  targetOf,
  upgradeAddress,
} from "./addresses.ts";
import { deviceOf, deviceOfText, peerIdOf } from "./peer-id.ts";

const CERTHASH = "uEiAsGPzpiPGQzSlVHRXrUCT5EkTV7YFrV4VZ3hpEKTd_zg";
const WS = "/ip4/203.0.113.7/tcp/4001/ws";
const WSS = "/dns4/one.example/tcp/443/tls/ws";
const DIRECT = `/ip4/203.0.113.7/udp/4001/webrtc-direct/certhash/${CERTHASH}`;
const LOOPBACK = "/ip4/127.0.0.1/tcp/4001/ws";
const { supernode } = adOf();
const peer = peerIdOf(supernode).toString();

const texts = (policy: Parameters<typeof dialable>[2], addresses: readonly string[]): string[] =>
  dialable(supernode, addresses, policy).map((address) => address.toString().replace(`/p2p/${peer}`, ""));

test("[PP6] an https page dials wss and webrtc-direct, never ws", () => {
  expect(texts("secure-page", [WS, WSS, DIRECT])).toEqual([WSS, DIRECT]);
});

test("[PP6] private addresses are dialled only where policy is `any`", () => {
  expect(texts("any", [LOOPBACK, WS])).toEqual([LOOPBACK, WS]);
  expect(texts("public", [LOOPBACK, "/ip4/192.168.1.4/tcp/1/ws", WS])).not.toContain(LOOPBACK);
});

test("[PP6] what is no way into a supernode is left out: other transports, relays, other peers, nonsense", () => {
  const other = peerIdOf(adOf().supernode);
  const wrong = [
    "/ip4/203.0.113.7/tcp/4001",
    "/ip4/203.0.113.7/udp/4001/webrtc-direct",
    `${WS}/p2p/${peer}/p2p-circuit`,
    `${WS}/p2p/${other}`,
    "not an address",
    "",
  ];
  expect(texts("any", wrong)).toEqual([]);
  expect(texts("any", [`${WS}/p2p/${peer}`])).toEqual([WS]);
});

test("[PP21] the relay and the target of an address are read from it; a direct path has no relay", () => {
  const device = person().device;
  const [through] = dialable(supernode, [WS], "any");
  if (through === undefined) throw new Error("an address");
  expect(relayOf(relayedAddress(through, device))).toBe(supernode);
  expect(targetOf(relayedAddress(through, device))).toBe(device);
  expect(relayOf(upgradeAddress(through, device))).toBeUndefined();
  expect(targetOf(upgradeAddress(through, device))).toBe(device);
  expect(relayOf(through)).toBeUndefined();
});

test("[PP17] a presence names one ws(s) and one webrtc-direct address, wss before ws", () => {
  expect(shortAddresses([WS, LOOPBACK, DIRECT, WSS])).toEqual([WSS, DIRECT]);
  expect(shortAddresses([WS, LOOPBACK])).toEqual([WS]);
  expect(shortAddresses(["nonsense"])).toEqual([]);
});

test("[PP3] a neighbourhood is the /16, the IPv6 /32 or the name", () => {
  expect(neighbourhoodOf([WS])).toBe("203.0");
  expect(neighbourhoodOf(["/ip6/2001:db8:1::1/tcp/1/ws"])).toBe("2001:db8");
  expect(neighbourhoodOf([WSS])).toBe("one.example");
  expect(neighbourhoodOf([])).toBe("");
});

test("[PP44] a device id and a peer id name one key, in both directions; other keys are refused", () => {
  expect(deviceOf(peerIdOf(supernode))).toBe(supernode);
  expect(deviceOfText(peer)).toBe(supernode);
  expect(deviceOfText("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N")).toBeUndefined();
  expect(deviceOfText("nobody")).toBeUndefined();
  expect(isUsableDevice("short" as typeof supernode)).toBe(false);
  expect(isUsableDevice(supernode)).toBe(true);
  expect(parseAddress(`/p2p/${peer}`)).toBeDefined();
});
