import type { ConversationView, Outcome } from "@skein/client";
import { until } from "@skein/core";
import { createHandClock } from "@skein/testkit";
import { afterEach, describe, expect, test } from "vitest";
import { bob, bobMessages, demoState } from "../../test/demo-people.ts";
import { createDemoSession, type DemoSession } from "../../test/demo-session.ts";
import { createHandLock } from "../../test/hand-lock.ts";
import type { Opener, RunningClient } from "./opener.ts";
import { openTab, type Tab, type TabView } from "./tab.ts";
import { LEASE_MS, OUTCOME_MS, openTabChannel, RENEW_MS, SILENCE_MS, type TabChannel } from "./tab-messages.ts";

const soon = () => AbortSignal.timeout(5_000);
type Running = Extract<TabView, { kind: "running" }>;
const running = (tab: Tab, role?: "leader" | "follower"): Promise<Running> =>
  until(
    tab.view,
    (view): view is Running => view.kind === "running" && view.link === "live" && (role ?? view.role) === view.role,
    soon(),
  );
const stage = (tab: Tab, kind: TabView["kind"]): Promise<TabView> =>
  until(tab.view, (view) => view.kind === kind, soon());

let number = 0;
let opened: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of opened.reverse()) await one.close();
  opened = [];
});

/** A browser: real BroadcastChannels, a hand-made lock, and a client that counts its starts. */
function browser(kept: "somebody" | "nobody" | "broken" = "somebody") {
  number += 1;
  const profile = `test-${process.pid}-${number}`;
  const lock = createHandLock();
  const clock = createHandClock();
  const sessions: DemoSession[] = [];
  const closed: number[] = [];
  const home = { kept };

  const start = (): RunningClient => {
    const index = sessions.length;
    const session = createDemoSession(demoState, new Map([[bob.user, bobMessages]]));
    sessions.push(session);
    return { session, close: async () => void closed.push(index) };
  };
  const opener: Opener = {
    async open() {
      if (home.kept === "broken") throw new Error("The keys cannot be read.");
      return home.kept === "nobody" ? { kind: "new" } : { kind: "client", client: start() };
    },
    async create() {
      home.kept = "somebody";
      return start();
    },
  };
  const open = (name: string): Tab => {
    const tab = openTab({ profile, tab: name }, { lock, channel: openTabChannel(profile), opener, clock });
    opened.push(tab);
    return tab;
  };
  const eavesdrop = (): TabChannel => {
    const channel = openTabChannel(profile);
    opened.push(channel);
    return channel;
  };
  return { open, eavesdrop, sessions, closed, clock, home, lock, profile };
}

describe("tabs of one profile", () => {
  test("[WB10] one tab starts the client, the others follow it", async () => {
    const { open, sessions } = browser();
    const tabs = [open("a"), open("b"), open("c")];
    const views = await Promise.all(tabs.map((tab) => running(tab)));
    expect(views.map(({ role }) => role)).toEqual(["leader", "follower", "follower"]);
    expect(sessions).toHaveLength(1);
  });

  test("[WB11] a follower sees the leader's state and conversations as they change", async () => {
    const { open, sessions } = browser();
    await running(open("a"));
    const { session } = await running(open("b"));
    const [own] = sessions;
    own?.state.set({ ...demoState, mode: "central" });
    await until(session.state, ({ mode }) => mode === "central", soon());
    const conversation = session.conversation(bob.user);
    await until(conversation, ({ messages }) => messages.length === bobMessages.messages.length, soon());
    const empty: ConversationView = { messages: [], history: "complete" };
    const heard = until(conversation, ({ history }) => history === "complete", soon());
    own?.say(bob.user, empty);
    expect(await heard).toEqual(empty);
  });

  test("[WB11] a follower's command runs in the leader, and its outcome comes back", async () => {
    const { open, sessions } = browser();
    await running(open("a"));
    const { session } = await running(open("b"));
    sessions[0]?.refuse("call", "Bob is offline.");
    expect(await session.act({ kind: "rename", name: "Al" })).toEqual({ ok: true });
    expect(await session.act({ kind: "call", user: bob.user })).toEqual({ ok: false, sentence: "Bob is offline." });
    expect(sessions[0]?.commands).toEqual([
      { kind: "rename", name: "Al" },
      { kind: "call", user: bob.user },
    ]);
  });

  test("[WB12] when the leader closes, one follower takes over, and the others follow it with what they watched", async () => {
    const { open, sessions, closed } = browser();
    const first = open("a");
    await running(first);
    const second = open("b");
    await running(second);
    const third = open("c");
    const { session } = await running(third);
    const conversation = session.conversation(bob.user);
    const stop = conversation.subscribe(() => {});
    await until(conversation, ({ messages }) => messages.length > 0, soon());
    const lost = until(third.view, (view) => view.kind === "running" && view.link === "lost", soon());
    await first.close();
    await lost;
    await running(second, "leader");
    await running(third, "follower");
    expect([sessions.length, closed]).toEqual([2, [0]]);
    const heard = until(conversation, ({ history }) => history === "complete", soon());
    sessions[1]?.say(bob.user, { messages: [], history: "complete" });
    await heard;
    stop();
  });

  test("[WB12] the tab that takes over keeps the old state on its screen while its client starts", async () => {
    const { open } = browser();
    const first = open("a");
    await running(first);
    const second = open("b");
    await running(second);
    const kinds: string[] = [];
    second.view.subscribe((view) => kinds.push(view.kind));
    await first.close();
    await running(second, "leader");
    expect(new Set(kinds)).toEqual(new Set(["running"]));
  });

  test("[WB13] a command under way when the leader closes is refused, never tried twice", async () => {
    const { open, sessions } = browser();
    const first = open("a");
    await running(first);
    const { session } = await running(open("b"));
    const own = sessions[0];
    if (own === undefined) throw new Error("no leader");
    let begun = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      begun = resolve;
    });
    own.act = () => {
      begun();
      return new Promise<Outcome>(() => {});
    };
    const outcome = session.act({ kind: "send", user: bob.user, body: "once" });
    await arrived;
    await first.close();
    expect(await outcome).toEqual({ ok: false, sentence: expect.stringContaining("closed before it answered") });
    expect(sessions[1]?.commands ?? []).toEqual([]);
  });

  test("[WB14] a command the leader does not answer for a minute is refused", async () => {
    const { open, sessions, clock } = browser();
    await running(open("a"));
    const { session } = await running(open("b"));
    const own = sessions[0];
    if (own === undefined) throw new Error("no leader");
    own.act = () => new Promise<Outcome>(() => {});
    const outcome = session.act({ kind: "hang-up" });
    await clock.advance(OUTCOME_MS);
    expect(await outcome).toEqual({ ok: false, sentence: expect.stringContaining("does not answer") });
  });

  test("[WB15] a holder of the profile that says nothing is said to be silent, until it speaks", async () => {
    const { open, eavesdrop, clock, lock, profile } = browser();
    let release = (): void => {};
    const held = lock.tryHold(
      `skein:${profile}`,
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const tab = open("b");
    expect(tab.view.value).toEqual({ kind: "looking" });
    await clock.advance(SILENCE_MS);
    expect(tab.view.value).toEqual({ kind: "elsewhere", stage: "silent" });
    eavesdrop().post({ kind: "phase", leader: "x", phase: { kind: "running", state: demoState } });
    await running(tab, "follower");
    release();
    await held;
    await running(tab, "leader");
  });

  test("[WB16] a conversation is served while it is watched and renewed, and no longer", async () => {
    const { open, eavesdrop, sessions, clock } = browser();
    await running(open("a"));
    const own = sessions[0];
    if (own === undefined) throw new Error("no leader");
    const channel = eavesdrop();
    const heard: string[] = [];
    const wake = { next: (): void => {} };
    channel.listen((message) => {
      if (message.kind === "conversation" || message.kind === "outcome") heard.push(message.kind);
      wake.next();
    });
    /** All said before is heard once this command's outcome is. */
    let id = 0;
    const settled = async (): Promise<string[]> => {
      const mark = heard.length;
      id += 1;
      channel.post({ kind: "act", tab: "ghost", id, command: { kind: "mute", muted: true } });
      while (!heard.slice(mark).includes("outcome")) await new Promise<void>((resolve) => (wake.next = resolve));
      return heard.splice(0).filter((kind) => kind === "conversation");
    };
    const change = (): void => own.say(bob.user, { ...bobMessages });

    channel.post({ kind: "watch", tab: "ghost", user: bob.user });
    expect(await settled()).toHaveLength(1);
    await clock.advance(LEASE_MS - RENEW_MS);
    channel.post({ kind: "renew", tab: "ghost", users: [bob.user] });
    expect(await settled()).toHaveLength(0);
    await clock.advance(LEASE_MS - RENEW_MS);
    change();
    expect(await settled()).toHaveLength(1);
    await clock.advance(2 * LEASE_MS);
    change();
    expect(await settled()).toHaveLength(0);
    channel.post({ kind: "watch", tab: "ghost", user: bob.user });
    channel.post({ kind: "unwatch", tab: "ghost", user: bob.user });
    expect(await settled()).toHaveLength(1);
    change();
    expect(await settled()).toHaveLength(0);
  });

  test("[WB16] a follower renews what it watches before the lease ends", async () => {
    const { open, sessions, clock } = browser();
    await running(open("a"));
    const { session } = await running(open("b"));
    const conversation = session.conversation(bob.user);
    const stop = conversation.subscribe(() => {});
    await until(conversation, ({ messages }) => messages.length > 0, soon());
    for (let minute = 0; minute < 6; minute += 1) {
      await clock.advance(RENEW_MS);
      // A round trip: the renewal posted before it has arrived.
      await session.act({ kind: "mute", muted: false });
    }
    const heard = until(conversation, ({ history }) => history === "complete", soon());
    sessions[0]?.say(bob.user, { messages: [], history: "complete" });
    await heard;
    stop();
  });

  test("[WB17] while the leader asks for a name its followers say so, and run once it is answered", async () => {
    const { open } = browser("nobody");
    const first = open("a");
    const asking = await stage(first, "new");
    const second = open("b");
    await until(second.view, (view) => view.kind === "elsewhere" && view.stage === "new", soon());
    if (asking.kind !== "new") throw new Error("not asking");
    expect(await asking.create("Alice")).toEqual({ ok: true });
    await running(first, "leader");
    await running(second, "follower");
  });

  test("[WB18] a profile that cannot be opened says why in every tab, and can be tried again", async () => {
    const { open, home } = browser("broken");
    const first = open("a");
    const failed = await stage(first, "failed");
    const second = open("b");
    const heard = await stage(second, "failed");
    if (failed.kind !== "failed" || heard.kind !== "failed") throw new Error("not failed");
    expect(failed.sentence).toBe("The keys cannot be read.");
    expect(heard.sentence).toContain("The keys cannot be read.");
    expect(heard.retry).toBeUndefined();
    home.kept = "somebody";
    failed.retry?.();
    await running(first, "leader");
    await running(second, "follower");
  });

  test("[WB19] use of a following tab keeps the person online", async () => {
    const { open, sessions, clock } = browser();
    await running(open("a"));
    const second = open("b");
    const { session } = await running(second);
    for (let round = 0; round < 4; round += 1) {
      await clock.advance(400_000);
      second.touch();
      await session.act({ kind: "mute", muted: false });
    }
    const said = sessions[0]?.commands.filter(({ kind }) => kind === "set-availability");
    expect(said).toEqual([]);
  });
});
