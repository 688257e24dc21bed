import type { Outcome, Session } from "@skein/client";
import type { Clock, Unsubscribe, UserId } from "@skein/core";
import { type FromFollower, LEASE_MS, type LeaderPhase, type TabChannel } from "./tab-messages.ts";

/** What a leading tab tells its followers about itself. */
export type LeaderStage =
  | Exclude<LeaderPhase, { kind: "running" }>
  | { readonly kind: "running"; readonly session: Session };

/** The leader's half of the pipe between tabs. */
export interface LeaderPort {
  /** Says where the leader stands, and serves the session while it is `running`. */
  setStage(stage: LeaderStage): void;
  /** Says goodbye; followers then know at once. */
  close(): void;
}

interface Watch {
  /** Tab name to the time its lease ends. */
  readonly leases: Map<string, number>;
  readonly unsubscribe: Unsubscribe;
}

/** Serves the tabs that follow. `leader` is this tab's random name; `onActive` hears that somebody uses a follower. */
export function createLeaderPort(
  options: { readonly leader: string },
  dependencies: { readonly channel: TabChannel; readonly clock: Clock; readonly onActive: () => void },
): LeaderPort {
  const { leader } = options;
  const { channel, clock, onActive } = dependencies;
  const watches = new Map<UserId, Watch>();
  let stage: LeaderStage = { kind: "opening" };
  let stopState: Unsubscribe = () => {};
  let cancelSweep: Unsubscribe | undefined;

  const sayPhase = (): void => {
    const phase: LeaderPhase = stage.kind === "running" ? { kind: "running", state: stage.session.state.value } : stage;
    channel.post({ kind: "phase", leader, phase });
  };

  const watch = (user: UserId, tab: string, renewed: "asked" | "renewed"): void => {
    if (stage.kind !== "running") return;
    const known = watches.get(user);
    if (known !== undefined) {
      known.leases.set(tab, clock.now() + LEASE_MS);
      if (renewed === "asked") {
        channel.post({ kind: "conversation", leader, user, view: stage.session.conversation(user).value });
      }
      return;
    }
    const leases = new Map([[tab, clock.now() + LEASE_MS]]);
    const unsubscribe = stage.session
      .conversation(user)
      .subscribe((view) => channel.post({ kind: "conversation", leader, user, view }));
    watches.set(user, { leases, unsubscribe });
    cancelSweep ??= clock.at(clock.now() + LEASE_MS, sweep);
  };

  const unwatch = (user: UserId, tab: string): void => {
    const known = watches.get(user);
    known?.leases.delete(tab);
    if (known === undefined || known.leases.size > 0) return;
    known.unsubscribe();
    watches.delete(user);
  };

  function sweep(): void {
    for (const [user, { leases }] of watches) {
      for (const [tab, endsAt] of leases) if (endsAt <= clock.now()) unwatch(user, tab);
    }
    cancelSweep = watches.size === 0 ? undefined : clock.at(clock.now() + LEASE_MS / 3, sweep);
  }

  const act = async ({ tab, id, command }: Extract<FromFollower, { kind: "act" }>): Promise<void> => {
    const outcome: Outcome =
      stage.kind === "running" ? await stage.session.act(command) : { ok: false, sentence: "Skein is still starting." };
    channel.post({ kind: "outcome", leader, tab, id, outcome });
  };

  const clear = (): void => {
    stopState();
    stopState = () => {};
    for (const { unsubscribe } of watches.values()) unsubscribe();
    watches.clear();
    cancelSweep?.();
    cancelSweep = undefined;
  };

  const stopListening = channel.listen((message) => {
    switch (message.kind) {
      case "hello":
        return sayPhase();
      case "act":
        act(message).catch((error: unknown) => {
          const outcome: Outcome = { ok: false, sentence: `Something went wrong: ${String(error)}` };
          channel.post({ kind: "outcome", leader, tab: message.tab, id: message.id, outcome });
        });
        return;
      case "watch":
        return watch(message.user, message.tab, "asked");
      case "renew":
        for (const user of message.users) watch(user, message.tab, "renewed");
        return;
      case "unwatch":
        return unwatch(message.user, message.tab);
      case "active":
        return onActive();
      case "phase":
      case "conversation":
      case "outcome":
      case "bye":
        // Another leader's words; the lock lets only one lead, so this is the one before saying goodbye.
        return;
    }
  });
  sayPhase();

  return {
    setStage(next) {
      clear();
      stage = next;
      if (next.kind === "running") stopState = next.session.state.subscribe(sayPhase);
      else sayPhase();
    },
    close() {
      clear();
      stopListening();
      channel.post({ kind: "bye", leader });
    },
  };
}
