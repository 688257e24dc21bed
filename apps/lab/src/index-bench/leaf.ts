import { silent, systemClock, systemRandom, until } from "@skein/core";
import { type Account, createAccount, type SupernodeAd } from "@skein/identity";
import { createP2pNetwork, type P2pNetwork } from "@skein/network-p2p";

const START_TIMEOUT_MS = 120_000;

/** Starts the product's leaf with these supernodes; resolves when it is online with all of them. */
export async function startLeaf(
  ads: readonly SupernodeAd[],
): Promise<{ readonly account: Account; readonly network: P2pNetwork }> {
  const account = createAccount(
    { name: "Somebody", deviceName: "bench" },
    { random: systemRandom, now: systemClock.now() },
  );
  const network = createP2pNetwork(
    { transports: "any", warm: ads.length },
    {
      account,
      clock: systemClock,
      random: systemRandom,
      report: silent,
      supernodes: async () => ads,
      directPolicy: () => "deny",
      hostCache: { load: async () => [], save: async () => {} },
    },
  );
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  try {
    await network.start(signal);
    await until(network.status, (status) => status.kind === "online" && status.via.length >= ads.length, signal);
  } catch (error) {
    await network.stop();
    throw error;
  }
  return { account, network };
}
