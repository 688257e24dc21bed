import { createBrowserMedia } from "@skein/calls";
import { createClient, openIndexedDbProfileStore, type ProfileStore } from "@skein/client";
import { createTrafficMeter, type Mode, type Report, systemClock, systemRandom } from "@skein/core";
import { type Account, accountSecrets, createAccount, openAccount, type SupernodeList } from "@skein/identity";
import { openIndexedDbStore } from "@skein/messaging";
import { createCentralNetwork } from "@skein/network-central";
import { createP2pNetwork, type P2pNetwork } from "@skein/network-p2p";
import { fetchFirstHosts } from "./first-hosts.ts";
import type { Opener, RunningClient } from "./opener.ts";
import { onWakeUp } from "./wake-up.ts";

/** What the client of a tab is started with. */
export interface ClientOptions {
  /** Name of the profile: its keys and history live in a database of their own. */
  readonly profile: string;
  /** Address of the page without query and fragment: contact links start with it, and its host names the supernodes. */
  readonly page: string;
  /** Whether the microphone's sound is cleaned, asked at each call. */
  readonly processing: () => "on" | "off";
  /** Hears the other side's sound while a call has some; `undefined` when it is over. */
  readonly onRemoteStream: (stream: MediaStream | undefined) => void;
  /** Changes the loudspeaker. */
  readonly chooseSpeaker: (device: string) => Promise<void>;
}

/** Name of the DOM event that carries each product event to whoever watches the page (the lab does). */
const EVENT_NAME = "skein:event";

/** Composes the client of this page: kept profile, both networks, messaging and calls. Loaded after the first drawing. */
export function createOpener(options: ClientOptions): Opener {
  let store: Promise<ProfileStore> | undefined;
  const openStore = (): Promise<ProfileStore> => {
    store ??= openIndexedDbProfileStore(options.profile);
    return store;
  };
  return {
    async open() {
      const opened = await openStore();
      const secrets = await opened.loadAccount();
      if (secrets === undefined) return { kind: "new" };
      return { kind: "client", client: await run(openAccount(secrets), opened, options) };
    },
    async create(name) {
      const opened = await openStore();
      const account = createAccount({ name, deviceName: deviceName() }, { random: systemRandom, now: Date.now() });
      await opened.saveAccount(accountSecrets(account));
      return await run(account, opened, options);
    },
  };
}

async function run(account: Account, store: ProfileStore, options: ClientOptions): Promise<RunningClient> {
  const { page, profile } = options;
  const first = await fetchFirstHosts(page, Date.now).catch(() => undefined);
  let p2p: P2pNetwork | undefined;
  const client = await createClient(
    { page, modes: modesOf(first) },
    {
      account,
      store,
      messages: await openIndexedDbStore({ profile }, { report }),
      media: createBrowserMedia(
        {
          get processing() {
            return options.processing();
          },
        },
        {
          play: options.onRemoteStream,
          stopPlaying: () => options.onRemoteStream(undefined),
          chooseSpeaker: options.chooseSpeaker,
        },
      ),
      networks(mode, { direct }) {
        if (mode === "central" && first?.central !== undefined)
          return createCentralNetwork({ url: first.central }, { account, ...ground });
        p2p = createP2pNetwork(
          { transports: location.protocol === "https:" ? "secure-page" : "any" },
          {
            account,
            ...ground,
            supernodes: async () => (await fetchFirstHosts(page, Date.now)).ads,
            directPolicy: direct,
            hostCache: { load: () => store.loadHosts(), save: (ads) => store.saveHosts(ads) },
          },
        );
        return p2p;
      },
      ...ground,
    },
  );
  const stopWatching = onWakeUp(() => p2p?.refresh(), { window, document });
  return {
    session: client.session,
    close() {
      stopWatching();
      return client.close();
    },
  };
}

/** Tells the page's observers what happens; nothing is kept. */
const report: Report = (event) => {
  dispatchEvent(new CustomEvent(EVENT_NAME, { detail: event }));
};

const ground = { clock: systemClock, random: systemRandom, report, meter: createTrafficMeter(systemClock) };

function modesOf(first: SupernodeList | undefined): readonly Mode[] {
  return first?.central === undefined ? ["p2p"] : ["p2p", "central"];
}

/** What this device is called in its certificate, e.g. "Chrome on Linux". */
function deviceName(): string {
  const agent = navigator.userAgent;
  const browser = ["Firefox", "Edg", "Chrome", "Safari"].find((name) => agent.includes(`${name}/`)) ?? "Browser";
  const system = ["Android", "iPhone", "Mac OS", "Windows", "Linux"].find((name) => agent.includes(name)) ?? "unknown";
  return `${browser === "Edg" ? "Edge" : browser} on ${system}`;
}
