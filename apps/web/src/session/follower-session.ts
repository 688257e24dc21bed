import type { Command, ConversationView, Outcome, Session, SessionState } from "@skein/client";
import { type Clock, createLive, type Live, type LiveSource, type Unsubscribe, type UserId } from "@skein/core";
import {
  type FromLeader,
  type LeaderPhase,
  OUTCOME_MS,
  RENEW_MS,
  SILENCE_MS,
  type TabChannel,
} from "./tab-messages.ts";

/** What a following tab knows. */
export type FollowerView =
  | { readonly kind: "looking" }
  /** Another tab holds the profile and says nothing: perhaps an older build of the page, or stuck. */
  | { readonly kind: "silent" }
  | Exclude<LeaderPhase, { kind: "running" }>
  /** `lost`: the leader closed; the state is the last one heard. */
  | { readonly kind: "running"; readonly session: Session; readonly link: "live" | "lost" };

/** The follower's half of the pipe between tabs: a Session that lives in another tab. */
export interface Follower {
  readonly view: Live<FollowerView>;
  /** Tells the leader that somebody uses this tab. */
  touch(): void;
  /** Ends every pending command with a refusal. */
  close(): void;
}

interface Watched {
  readonly live: LiveSource<ConversationView>;
  listeners: number;
}

const CLOSED: Outcome = {
  ok: false,
  sentence: "The tab that runs Skein closed before it answered. Look whether it was done before you try again.",
};
const LOST: Outcome = { ok: false, sentence: "The tab that ran Skein has closed. Try again in a moment." };
const NO_ANSWER: Outcome = { ok: false, sentence: "The tab that runs Skein does not answer. Open it, or reload it." };

/** Follows whichever tab leads. `tab` is this tab's random name. */
export function followLeader(
  options: { readonly tab: string },
  dependencies: { readonly channel: TabChannel; readonly clock: Clock },
): Follower {
  const { tab } = options;
  const { channel, clock } = dependencies;
  const view = createLive<FollowerView>({ kind: "looking" });
  const watched = new Map<UserId, Watched>();
  const pending = new Map<number, (outcome: Outcome) => void>();
  let leader: string | undefined;
  let departed: string | undefined;
  let state: LiveSource<SessionState> | undefined;
  let session: Session | undefined;
  let nextId = 0;
  let activeAt = Number.NEGATIVE_INFINITY;

  const refuseAll = (outcome: Outcome): void => {
    for (const settle of [...pending.values()]) settle(outcome);
  };

  const act = (command: Command): Promise<Outcome> => {
    if (view.value.kind !== "running" || view.value.link === "lost") return Promise.resolve(LOST);
    const id = nextId++;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        pending.delete(id);
        cancel();
        resolve(outcome);
      };
      const cancel = clock.at(clock.now() + OUTCOME_MS, () => settle(NO_ANSWER));
      pending.set(id, settle);
      channel.post({ kind: "act", tab, id, command });
    });
  };

  const conversation = (user: UserId): Live<ConversationView> => {
    const known = watched.get(user) ?? {
      live: createLive<ConversationView>({ messages: [], history: "loading" }),
      listeners: 0,
    };
    watched.set(user, known);
    return {
      get value() {
        return known.live.value;
      },
      subscribe(listener) {
        known.listeners += 1;
        if (known.listeners === 1) channel.post({ kind: "watch", tab, user });
        const stop = known.live.subscribe(listener);
        let over = false;
        return () => {
          if (over) return;
          over = true;
          stop();
          known.listeners -= 1;
          if (known.listeners === 0) channel.post({ kind: "unwatch", tab, user });
        };
      },
    };
  };

  const watching = (): UserId[] => [...watched].filter(([, { listeners }]) => listeners > 0).map(([user]) => user);

  const showPhase = (phase: LeaderPhase): void => {
    if (phase.kind === "running") {
      if (state === undefined) state = createLive(phase.state);
      else state.set(phase.state);
      session ??= { state, conversation, act };
      if (view.value.kind !== "running" || view.value.link === "lost")
        view.set({ kind: "running", session, link: "live" });
      return;
    }
    // A new leader that is still opening does not wipe what is on the screen.
    if (phase.kind === "opening" && session !== undefined) view.set({ kind: "running", session, link: "lost" });
    else view.set(phase);
  };

  const hearPhase = (message: Extract<FromLeader, { kind: "phase" }>): void => {
    if (message.leader === departed) return;
    const changed = leader !== undefined && leader !== message.leader;
    leader = message.leader;
    if (changed) refuseAll(CLOSED);
    const wasLive = view.value.kind === "running" && view.value.link === "live" && !changed;
    showPhase(message.phase);
    if (message.phase.kind !== "running" || wasLive) return;
    for (const user of watching()) channel.post({ kind: "watch", tab, user });
  };

  const stopListening = channel.listen((message) => {
    switch (message.kind) {
      case "phase":
        return hearPhase(message);
      case "conversation":
        if (message.leader === leader) watched.get(message.user)?.live.set(message.view);
        return;
      case "outcome":
        if (message.tab === tab && message.leader === leader) pending.get(message.id)?.(message.outcome);
        return;
      case "bye":
        if (message.leader !== leader) return;
        departed = message.leader;
        refuseAll(CLOSED);
        view.set(session === undefined ? { kind: "looking" } : { kind: "running", session, link: "lost" });
        return;
      case "hello":
      case "act":
      case "watch":
      case "unwatch":
      case "renew":
      case "active":
        return;
    }
  });

  let cancelHello: Unsubscribe = () => {};
  const sayHello = (): void => {
    channel.post({ kind: "hello", tab });
    cancelHello = clock.at(clock.now() + SILENCE_MS, () => {
      if (leader !== undefined) return;
      view.set({ kind: "silent" });
      sayHello();
    });
  };
  sayHello();

  let cancelRenew: Unsubscribe = () => {};
  const renewLater = (): void => {
    cancelRenew = clock.at(clock.now() + RENEW_MS, () => {
      const users = watching();
      if (users.length > 0) channel.post({ kind: "renew", tab, users });
      renewLater();
    });
  };
  renewLater();

  return {
    view,
    touch() {
      if (clock.now() - activeAt < RENEW_MS / 2) return;
      activeAt = clock.now();
      channel.post({ kind: "active", tab });
    },
    close() {
      for (const user of watching()) channel.post({ kind: "unwatch", tab, user });
      cancelHello();
      cancelRenew();
      stopListening();
      refuseAll(CLOSED);
    },
  };
}
