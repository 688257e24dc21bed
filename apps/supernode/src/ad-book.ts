import type { Clock } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import type { AdAnswer } from "./fetch-ad.ts";

/** The newest ad of each supernode one asks. */
export interface AdBook {
  /** Signed ads that are in force, in the order of the addresses. */
  ads(): readonly Uint8Array[];
  /** Asks every address anew. Never rejects. */
  refresh(): Promise<void>;
}

/** Makes an empty book of these addresses. `failed` hears who did not answer and why. */
export function createAdBook(
  addresses: readonly string[],
  dependencies: {
    readonly clock: Clock;
    /** Never rejects. */
    readonly ask: (address: string) => Promise<AdAnswer>;
    readonly failed: (address: string, reason: string) => void;
  },
): AdBook {
  const { clock, ask, failed } = dependencies;
  // By address: a supernode that came back with another key replaces what it was.
  const known = new Map<string, SupernodeAd>();
  async function refreshOne(address: string): Promise<void> {
    const answer = await ask(address);
    if (answer.kind === "ad") known.set(address, answer.ad);
    else failed(address, answer.reason);
  }
  return {
    ads: () =>
      addresses.flatMap((address) => {
        const ad = known.get(address);
        return ad !== undefined && ad.expiresAt > clock.now() ? [ad.bytes] : [];
      }),
    async refresh() {
      await Promise.all(addresses.map(refreshOne));
    },
  };
}
