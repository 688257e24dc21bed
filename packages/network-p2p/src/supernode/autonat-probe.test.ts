import { multiaddr } from "@multiformats/multiaddr";
import type { Verdict } from "@skein/election";
import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import type { OwnAddress } from "../libp2p-parts.ts";
import { createAutonatProbe } from "./autonat-probe.ts";

test("[PP64] each address that AutoNAT finds reached is one verdict of one voice; unverified ones and repetitions are none", async () => {
  const clock = createHandClock();
  const ws = multiaddr("/ip4/11.0.0.1/tcp/4001/ws");
  let own: readonly OwnAddress[] = [{ multiaddr: ws, type: "transport", verified: false }];
  let confirmedAt: number | undefined;
  const probe = createAutonatProbe({ everyMs: 1_000 }, { clock, addresses: () => own, confirmedAt: () => confirmedAt });
  const verdicts: Verdict[] = [];
  probe.start((verdict) => void verdicts.push(verdict));
  await clock.advance(1_000);
  expect(verdicts).toEqual([]);
  const at = clock.now();
  own = [
    { multiaddr: ws, type: "transport", verified: true, lastVerified: at },
    { multiaddr: multiaddr("/ip4/12.0.0.1/tcp/4001/ws"), type: "announce", verified: true, lastVerified: at + 500 },
  ];
  await clock.advance(5_000);
  expect(verdicts).toEqual([{ port: "ws", helper: "autonat-v2", network: "autonat-v2", outcome: "reached", at }]);
  own = [{ multiaddr: ws, type: "transport", verified: true, lastVerified: clock.now() }];
  probe.check();
  expect(verdicts.length).toBe(2);
  // What our own dial-back told libp2p comes back as verified.
  confirmedAt = clock.now() + 2_000;
  own = [{ multiaddr: ws, type: "transport", verified: true, lastVerified: confirmedAt + 3 }];
  probe.check();
  expect(verdicts.length).toBe(2);
  // libp2p says of an address in a home that it is verified, though nobody tried.
  const home = multiaddr("/ip4/192.168.1.7/tcp/4001/ws");
  own = [{ multiaddr: home, type: "transport", verified: true, lastVerified: clock.now() + 1_000 }];
  probe.check();
  expect(verdicts.length).toBe(2);
  probe.stop();
});
