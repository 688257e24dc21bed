import { type DeviceId, systemClock, systemRandom } from "@skein/core";
import { expect, onTestFinished, test } from "vitest";
import { startCallRelay } from "./call-relay.ts";

const device = "device" as DeviceId;

test("[TU42] credentials name the relay and its port, a pseudonym instead of the device, and their end", async () => {
  const options = { listenAddress: "127.0.0.1", listenPort: 0, relayedAddress: "127.0.0.1" };
  const dependencies = { clock: systemClock, random: systemRandom };
  const [relay, other] = await Promise.all([
    startCallRelay(options, dependencies),
    startCallRelay(options, dependencies),
  ]);
  onTestFinished(async () => void (await Promise.all([relay.close(), other.close()])));
  const given = relay.credentialsFor(device, 1_800_000_000_000);
  expect(given.urls).toEqual([`turn:127.0.0.1:${relay.port}?transport=udp`]);
  expect(given.username).toMatch(/^1800000000:[A-Za-z0-9_-]{22}$/);
  expect(given.username).not.toContain(device);
  expect(relay.credentialsFor(device, 1_800_000_000_000)).toEqual(given);
  expect(other.credentialsFor(device, 1_800_000_000_000).username).not.toBe(given.username);
});
