import { systemClock, systemRandom } from "@skein/core";
import { expect, test } from "vitest";
import { person } from "../../test/people.ts";
import { startTurn } from "./turn.ts";

test("[PP34] credentials are the device's own and expire, and do not say which device it is", async () => {
  const loopback = "127.0.0.1";
  const turn = await startTurn(
    { listenAddress: loopback, listenPort: 0, publicAddress: loopback },
    { clock: systemClock, random: systemRandom },
  );
  try {
    const [one, other] = [person().device, person().device];
    const given = turn.credentialsFor(one);
    expect(given.urls).toEqual([expect.stringMatching(/^turn:127\.0\.0\.1:\d+\?transport=udp$/)]);
    expect(given.expiresAt).toBeGreaterThan(Date.now() + 3_600_000);
    const nameOf = (device: typeof one): string => turn.credentialsFor(device).username.replace(/^\d+:/, "");
    expect(nameOf(one)).toBe(nameOf(one));
    expect(nameOf(one)).not.toBe(nameOf(other));
    expect(given.username).not.toContain(one.slice(0, 8));
  } finally {
    await turn.close();
  }
});
