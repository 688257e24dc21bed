import { createLive, type Live, type Mode } from "@skein/core";
import { type Account, accountSecrets, type Card, openAccount } from "@skein/identity";
import { createInTurn } from "./in-turn.ts";
import type { Preferences, ProfileStore } from "./profile-store.ts";
import type { Settings } from "./session.ts";

/** Who we are and what we chose: kept first, then used. */
export interface Profile {
  /** The account; its `card` is always the present one. */
  readonly account: Account;
  /** Our contact card; a new one with each name. */
  readonly card: Live<Card>;
  readonly preferences: Live<Preferences>;
  /** Signs a card with this name (1 to 64 characters on one line). Rejects what the store rejects; the old name then stays. */
  rename(name: string): Promise<void>;
  /** Changes some choices. Rejects what the store rejects; the old ones then stay. */
  choose(change: Partial<Preferences>): Promise<void>;
}

/**
 * Opens the profile of an account. Without kept choices the first ones hold: direct connections to contacts, read receipts,
 * the first mode on offer; so does that mode when the kept one is not on offer. Rejects what the store rejects.
 */
export async function openProfile(
  options: { readonly account: Account; readonly modes: readonly Mode[] },
  store: ProfileStore,
): Promise<Profile> {
  const { modes } = options;
  const inTurn = createInTurn();
  let present = options.account;
  const card = createLive(present.card);
  const preferences = createLive(choicesOf(await store.loadPreferences(), modes));
  return {
    account: {
      ...options.account,
      get card() {
        return card.value;
      },
    },
    card,
    preferences,
    rename: (name) =>
      inTurn(async () => {
        const renamed = openAccount({ ...accountSecrets(present), name });
        await store.saveAccount(accountSecrets(renamed));
        present = renamed;
        card.set(renamed.card);
      }),
    choose: (change) =>
      inTurn(async () => {
        const next = { ...preferences.value, ...change };
        await store.savePreferences(next);
        preferences.set(next);
      }),
  };
}

/** What holds until a person chooses. */
const FIRST_SETTINGS: Settings = { direct: "contacts", readReceipts: true };

function choicesOf(kept: Preferences | undefined, modes: readonly Mode[]): Preferences {
  const mode = kept !== undefined && modes.includes(kept.mode) ? kept.mode : (modes[0] ?? "p2p");
  return { settings: kept?.settings ?? FIRST_SETTINGS, mode };
}
