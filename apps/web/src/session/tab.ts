import type { Outcome, Session } from "@skein/client";
import { type Clock, createLive, type Live, type LiveSource } from "@skein/core";
import { AWAY_AFTER_MS, keepAvailability } from "./availability.ts";
import { type Follower, type FollowerView, followLeader } from "./follower-session.ts";
import { createLeaderPort, type LeaderPort } from "./leader-port.ts";
import type { Opener, RunningClient } from "./opener.ts";
import { type TabChannel, tabName } from "./tab-messages.ts";

/** What a tab has to show. */
export type TabView =
  | { readonly kind: "looking" }
  /** Nobody lives in this profile: ask for a name, then `create`. */
  | { readonly kind: "new"; create(name: string): Promise<Outcome> }
  /** Another tab holds the profile and has no session to follow yet. */
  | { readonly kind: "elsewhere"; readonly stage: "opening" | "new" | "silent" }
  | {
      readonly kind: "running";
      readonly role: "leader" | "follower";
      readonly link: "live" | "lost";
      readonly session: Session;
    }
  | { readonly kind: "failed"; readonly sentence: string; retry?(): void };

/** One tab of a profile. */
export interface Tab {
  readonly view: Live<TabView>;
  /** Somebody uses this tab. */
  touch(): void;
  /** Gives the profile up to the next tab. */
  close(): Promise<void>;
}

/** A lock that one tab of the browser holds at a time: Web Locks, or a hand-made one in tests. */
export interface ProfileLock {
  /** Runs `whileHeld` if nobody holds the lock, and says `held` when it is over; says `taken` at once otherwise. */
  tryHold(name: string, whileHeld: () => Promise<void>): Promise<"held" | "taken">;
  /** Waits for the lock, then runs `whileHeld`. Rejects when `signal` aborts before. */
  waitAndHold(name: string, whileHeld: () => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** What a tab is made of. */
export interface TabDependencies {
  readonly lock: ProfileLock;
  readonly channel: TabChannel;
  readonly opener: Opener;
  readonly clock: Clock;
}

/** Takes part in a profile: leads if no other tab does, follows otherwise and takes over when the leader closes. */
export function openTab(
  options: { readonly profile: string; readonly tab: string },
  dependencies: TabDependencies,
): Tab {
  const { lock, channel, clock } = dependencies;
  const view = createLive<TabView>({ kind: "looking" });
  const closing = new AbortController();
  const closed = new Promise<void>((resolve) => closing.signal.addEventListener("abort", () => resolve()));
  let touch = (): void => {};

  const lead = async (last: Session | undefined): Promise<void> => {
    const leading = leadProfile({ leader: options.tab, last }, dependencies, view);
    touch = leading.touch;
    await closed;
    await leading.close();
  };

  const follow = (): Follower => {
    const follower = followLeader({ tab: options.tab }, { channel, clock });
    follower.view.subscribe((heard) => view.set(followerView(heard)));
    touch = follower.touch;
    return follower;
  };

  const take = async (): Promise<void> => {
    const name = tabName(options.profile);
    if ((await lock.tryHold(name, () => lead(undefined))) === "held") return;
    const follower = follow();
    closing.signal.addEventListener("abort", () => follower.close());
    await lock.waitAndHold(
      name,
      () => {
        const heard = follower.view.value;
        follower.close();
        return lead(heard.kind === "running" ? heard.session : undefined);
      },
      closing.signal,
    );
  };

  const done = take().catch((error: unknown) => {
    if (!closing.signal.aborted) view.set({ kind: "failed", sentence: sentenceOf(error) });
  });

  return {
    view,
    touch: () => touch(),
    async close() {
      closing.abort();
      await done;
      channel.close();
    },
  };
}

interface Leading {
  touch(): void;
  close(): Promise<void>;
}

/** Opens the profile in this tab. `last` is what the tab followed before: it stays on the screen meanwhile. */
function leadProfile(
  options: { readonly leader: string; readonly last: Session | undefined },
  dependencies: TabDependencies,
  view: LiveSource<TabView>,
): Leading {
  const { channel, clock, opener } = dependencies;
  let client: RunningClient | undefined;
  let stopKeeping = (): void => {};
  let touched = (): void => {};
  let over = false;
  const port: LeaderPort = createLeaderPort({ leader: options.leader }, { channel, clock, onActive: () => touched() });

  const run = async (started: RunningClient): Promise<void> => {
    if (over) return started.close();
    client = started;
    const keeper = keepAvailability({ awayAfterMs: AWAY_AFTER_MS }, { session: started.session, clock });
    touched = keeper.touch;
    stopKeeping = keeper.close;
    port.setStage({ kind: "running", session: started.session });
    view.set({ kind: "running", role: "leader", link: "live", session: started.session });
  };

  const create = async (name: string): Promise<Outcome> => {
    try {
      await run(await opener.create(name));
      return { ok: true };
    } catch (error) {
      return { ok: false, sentence: sentenceOf(error) };
    }
  };

  const askName = (): void => {
    if (over) return;
    port.setStage({ kind: "new" });
    view.set({ kind: "new", create });
  };

  const fail = (error: unknown): void => {
    if (over) return;
    const sentence = sentenceOf(error);
    port.setStage({ kind: "failed", sentence });
    view.set({ kind: "failed", sentence, retry: open });
  };

  function open(): void {
    port.setStage({ kind: "opening" });
    view.set(
      options.last === undefined
        ? { kind: "looking" }
        : { kind: "running", role: "follower", link: "lost", session: options.last },
    );
    opener
      .open()
      .then((opened) => {
        if (opened.kind === "client") return run(opened.client);
        return askName();
      })
      .catch(fail);
  }
  open();

  return {
    touch: () => touched(),
    async close() {
      over = true;
      stopKeeping();
      port.close();
      await client?.close();
    },
  };
}

function followerView(heard: FollowerView): TabView {
  switch (heard.kind) {
    case "looking":
      return heard;
    case "opening":
    case "new":
    case "silent":
      return { kind: "elsewhere", stage: heard.kind };
    case "failed":
      return { kind: "failed", sentence: `Skein is open in another tab, and could not start there: ${heard.sentence}` };
    case "running":
      return { kind: "running", role: "follower", link: heard.link, session: heard.session };
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : "Something went wrong while starting.";
}
