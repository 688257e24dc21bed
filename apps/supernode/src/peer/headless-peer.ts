import { join } from "node:path";
import {
  type Client,
  type ClientNetwork,
  createClient,
  createMemoryProfileStore,
  type ProfileStore,
} from "@skein/client";
import { type Clock, createTrafficMeter, type Mode, type Random, type Report, type TrafficMeter } from "@skein/core";
import { type Account, accountSecrets, createAccount, openAccount, type SupernodeList } from "@skein/identity";
import { createMemoryStore, type MessageStore } from "@skein/messaging";
import { createCentralNetwork } from "@skein/network-central";
import { createP2pNetwork, type Placements } from "@skein/network-p2p";
import { createEchoSource } from "./echo-source.ts";
import type { PageHosts } from "./first-hosts.ts";
import { createAnalyser, createRecorder, type Listen, together } from "./hearing.ts";
import type { Tell } from "./lines.ts";
import type { NativeMedia } from "./native/native-media.ts";
import { createNodeMedia } from "./node-media.ts";
import type { FrameClock } from "./rtp/frame-clock.ts";
import type { VoiceSource } from "./sound/voice-source.ts";
import { openSound } from "./sound-library.ts";
import { openFileProfileStore } from "./store/file-profile-store.ts";
import { openSqliteMessageStore } from "./store/sqlite-message-store.ts";

/** One person in this process. */
export interface HeadlessPeerOptions {
  readonly number: number;
  readonly name: string;
  /** Address of the page. */
  readonly page: string;
  /** The network it begins with. */
  readonly mode: Mode;
  /** Where it is kept; left out: in memory. */
  readonly directory?: string;
  /** The usual microphone, by the names of `openSound`; `echo`: what it hears. */
  readonly play: string;
  /** Where calls are recorded; left out: not. */
  readonly record?: string;
  /** Whose secrets to use when the folder holds none; left out: fresh ones. */
  readonly account?: Account;
}

/** What peers of a process share. */
export interface HeadlessPeerDependencies {
  readonly native: NativeMedia;
  readonly frames: FrameClock;
  readonly clock: Clock;
  readonly random: Random;
  /** Hears how each fared at supernodes. */
  readonly placements: Placements;
  /** What the host of the page says. */
  readonly hosts: PageHosts;
  readonly tell: Tell;
}

/** A client without a page. */
export interface HeadlessPeer extends Client {
  readonly account: Account;
  /** What it costs; of the first peer of a process that serves, also what others cost it. */
  readonly meter: TrafficMeter;
}

/**
 * Opens or makes a person and starts their client. Resolves before the network is up. Rejects when the page's host does not
 * answer (it names the networks), or the folder cannot be used.
 */
export async function startHeadlessPeer(
  options: HeadlessPeerOptions,
  dependencies: HeadlessPeerDependencies,
): Promise<HeadlessPeer> {
  const { clock, hosts, placements, random, tell } = dependencies;
  const store = beginningWith(options.mode, profileStoreOf(options));
  const account = await accountOf(options, store, { random, now: clock.now() });
  const first = await hosts.first;
  const modes = modesFrom(options.mode, first);
  const meter = createTrafficMeter(clock);
  const report: Report = (event) => tell({ kind: "event", event });
  const sound = createSound(options, dependencies);
  const client = await createClient(
    { page: options.page, modes },
    {
      account,
      store,
      messages: messageStoreOf(options),
      media: createNodeMedia({ ...dependencies, ...sound }),
      networks: networksOf(first, { account, store, clock, random, report, meter, placements, hosts }),
      meter,
      clock,
      random,
      report,
    },
  );
  return { ...client, account, meter };
}

/** The mode asked for first, so that it holds for a new person; the other one where the page's host offers it. */
function modesFrom(mode: Mode, first: SupernodeList): readonly Mode[] {
  if (first.central === undefined && mode === "central") throw new Error("this page names no central server");
  const other = mode === "p2p" ? "central" : "p2p";
  return first.central === undefined ? [mode] : [mode, other];
}

function profileStoreOf({ directory }: HeadlessPeerOptions): ProfileStore {
  return directory === undefined ? createMemoryProfileStore() : openFileProfileStore(directory);
}

function messageStoreOf({ directory }: HeadlessPeerOptions): MessageStore {
  return directory === undefined ? createMemoryStore() : openSqliteMessageStore(join(directory, "messages.sqlite"));
}

/** The command line wins over the mode that was chosen last. */
function beginningWith(mode: Mode, store: ProfileStore): ProfileStore {
  return {
    ...store,
    async loadPreferences() {
      const kept = await store.loadPreferences();
      return kept === undefined ? undefined : { ...kept, mode };
    },
  };
}

async function accountOf(
  options: HeadlessPeerOptions,
  store: ProfileStore,
  dependencies: { readonly random: Random; readonly now: number },
): Promise<Account> {
  const kept = await store.loadAccount();
  if (kept !== undefined) return openAccount(kept);
  const account = options.account ?? createAccount({ name: options.name, deviceName: "Headless peer" }, dependencies);
  await store.saveAccount(accountSecrets(account));
  return account;
}

/** What the peer says and hears. An echo hears itself: each call gets an echo of its own. */
function createSound(
  options: HeadlessPeerOptions,
  { clock, random, tell }: HeadlessPeerDependencies,
): { readonly openSound: (device: string) => VoiceSource; readonly listen: Listen } {
  let echo = createEchoSource();
  const listeners: Listen[] = [createAnalyser(tell)];
  if (options.record !== undefined)
    listeners.push(createRecorder({ directory: options.record, peer: options.number }, { clock, random, tell }));
  if (options.play === "echo")
    listeners.push((voice) => {
      const present = echo;
      return voice.listen({ frame: present.hear });
    });
  return {
    openSound(device) {
      if (device !== "" || options.play !== "echo") return openSound(device === "" ? options.play : device);
      echo = createEchoSource();
      return echo.source;
    },
    listen: together(listeners, tell),
  };
}

function networksOf(
  first: SupernodeList,
  ground: {
    readonly account: Account;
    readonly store: ProfileStore;
    readonly clock: Clock;
    readonly random: Random;
    readonly report: Report;
    readonly meter: TrafficMeter;
    readonly placements: Placements;
    readonly hosts: PageHosts;
  },
): Parameters<typeof createClient>[1]["networks"] {
  const { store, hosts } = ground;
  return (mode, { direct }): ClientNetwork =>
    mode === "central" && first.central !== undefined
      ? createCentralNetwork({ url: first.central }, ground)
      : createP2pNetwork(
          { transports: "any" },
          {
            ...ground,
            supernodes: hosts.ads,
            directPolicy: direct,
            hostCache: { load: () => store.loadHosts(), save: (ads) => store.saveHosts(ads) },
          },
        );
}
