import "fake-indexeddb/auto";
import { openDB } from "idb";
import { describe, expect, test } from "vitest";
import { createClientWorld, type Person } from "../test/client-world.ts";
import { openIndexedDbProfileStore } from "./indexeddb-profile-store.ts";
import { createMemoryProfileStore } from "./memory-profile-store.ts";

describe("profile and mode", () => {
  test("[CT27] what the networks cost is told when asked, and nothing changes", async () => {
    const alice = await createClientWorld().person("Alice");
    const before = alice.session.state.value;
    expect(await alice.does({ kind: "read-meter" })).toMatchObject({
      traffic: { mine: { bytes: 0, messages: 0 }, others: { bytes: 0, messages: 0 }, wakeUps: 0 },
    });
    expect(alice.session.state.value).toBe(before);
  });

  test("[CT19] a new name is in the link from then on, and after a new start", async () => {
    const world = createClientWorld();
    const alice = await world.person("Alice");
    const before = alice.session.state.value.me;
    await alice.does({ kind: "rename", name: "  Alice Liddell " });
    const after = alice.session.state.value.me;
    expect(after).toMatchObject({ name: "Alice Liddell", user: before.user, device: before.device });
    expect(after.link).not.toBe(before.link);
    expect((await alice.reopen()).session.state.value.me).toEqual(after);
  });

  test.each([
    ["", "at least one character"],
    [" \t ", "at least one character"],
    ["x".repeat(65), "at most 64"],
    ["two\nlines", "one line"],
  ])("[CT19] the name %j is refused with a sentence, and the old one stays", async (name, sentence) => {
    const alice = await createClientWorld().person("Alice");
    const { me } = alice.session.state.value;
    expect(await alice.isRefused({ kind: "rename", name })).toContain(sentence);
    expect(alice.session.state.value.me).toEqual(me);
  });

  test("[CT19] a name the store does not keep is refused, and the old one stays", async () => {
    const store = { ...createMemoryProfileStore(), saveAccount: () => Promise.reject(new Error("disk full")) };
    const alice = await createClientWorld().person("Alice", { store });
    expect(await alice.isRefused({ kind: "rename", name: "Eve" })).toBe("That did not work: disk full");
    expect(alice.session.state.value.me.name).toBe("Alice");
  });

  test("[CT20] choices are kept, two made at once both, and the mode with them", async () => {
    const alice = await createClientWorld().person("Alice");
    const settings = { direct: "never", readReceipts: false } as const;
    await Promise.all([
      alice.does({ kind: "change-settings", settings }),
      alice.does({ kind: "choose-mode", mode: "central" }),
    ]);
    const again = await alice.reopen();
    expect(again.session.state.value).toMatchObject({ settings, mode: "central", modes: ["p2p", "central"] });
  });

  test("[CT20] damaged choices, or none, are the first ones: contacts, receipts, the first mode", async () => {
    const profile = `client-${Math.random()}`;
    (await openIndexedDbProfileStore(profile)).close();
    const database = await openDB(`skein:${profile}`);
    await database.put("preferences", { mode: "telepathy", settings: { direct: "everyone" } }, "preferences");
    database.close();
    const store = await openIndexedDbProfileStore(profile);
    const alice = await createClientWorld().person("Alice", { store, modes: ["central", "p2p"] });
    expect(alice.session.state.value).toMatchObject({
      settings: { direct: "contacts", readReceipts: true },
      mode: "central",
    });
    await alice.client.close();
  });

  test("[CT20] a kept mode that is not on offer any more gives way to the first that is, and is not chosen anew", async () => {
    const alice = await createClientWorld().person("Alice");
    await alice.does({ kind: "choose-mode", mode: "central" });
    const without = await alice.reopen({ modes: ["p2p"] });
    expect(without.session.state.value).toMatchObject({ mode: "p2p", modes: ["p2p"] });
    expect(await without.isRefused({ kind: "choose-mode", mode: "central" })).toMatch(/does not offer/);
    const again = await without.reopen({ modes: ["p2p", "central"] });
    expect(again.session.state.value.mode).toBe("central");
  });

  test("[CT21] another mode keeps conversations and outbox, forgets presence, and carries on from there", async () => {
    const { alice, bob, clock, settle } = await friends();
    await alice.does({ kind: "send", user: bob.user, body: "over p2p" });
    await settle();
    await alice.does({ kind: "choose-mode", mode: "central" });
    expect(alice.session.state.value.mode).toBe("central");
    await settle();
    expect(alice.session.state.value.network).toMatchObject({ kind: "online" });
    expect(alice.networks.get("p2p")?.status.value).toEqual({ kind: "stopped" });
    expect(alice.contact(bob)?.presence).toBe("offline");
    expect(bob.contact(alice)?.presence).toBe("offline");
    await alice.does({ kind: "send", user: bob.user, body: "waits" });
    await clock.advance(5_000);
    expect(await alice.chat(bob)).toEqual(["> over p2p delivered", "> waits queued"]);
    await bob.does({ kind: "choose-mode", mode: "central" });
    await clock.advance(10_000);
    expect(await alice.chat(bob)).toEqual(["> over p2p delivered", "> waits delivered"]);
    expect(alice.contact(bob)).toMatchObject({ presence: "online", path: { kind: "central" } });
  });

  test("[CT21] the mode is not changed during a call", async () => {
    const { alice, bob, settle } = await friends();
    await alice.does({ kind: "call", user: bob.user });
    await settle();
    for (const person of [alice, bob]) {
      expect(await person.isRefused({ kind: "choose-mode", mode: "central" })).toMatch(/^End the call/);
      expect(person.session.state.value.mode).toBe("p2p");
    }
    await alice.does({ kind: "hang-up" });
    await alice.does({ kind: "choose-mode", mode: "central" });
  });

  test("[CT21] of modes chosen in haste the last one stays, and only its network runs", async () => {
    const world = createClientWorld();
    const alice = await world.person("Alice");
    const chosen = ["central", "p2p", "central", "p2p"] as const;
    await Promise.all(chosen.map((mode) => alice.does({ kind: "choose-mode", mode })));
    await world.settle();
    expect(alice.session.state.value).toMatchObject({ mode: "p2p", network: { kind: "online" } });
    expect(alice.networks.get("central")?.status.value).toEqual({ kind: "stopped" });
    expect((await alice.store.loadPreferences())?.mode).toBe("p2p");
  });
});

describe("calls", () => {
  test("[CT22] a call rings, connects, is muted and ends, and the state says so on both sides", async () => {
    const { alice, bob, settle } = await friends();
    const [hers, his] = [callKinds(alice), callKinds(bob)];
    await alice.does({ kind: "call", user: bob.user });
    await settle();
    expect(bob.session.state.value.call).toMatchObject({ kind: "ringing-in", user: alice.user, name: "Alice" });
    expect(await alice.isRefused({ kind: "call", user: bob.user })).toBe("You are in a call already.");
    await bob.does({ kind: "answer" });
    await settle();
    await bob.does({ kind: "mute", muted: true });
    expect(alice.session.state.value.call).toMatchObject({
      kind: "connected",
      name: "Bob",
      muted: false,
      path: { kind: "direct" },
    });
    expect(bob.session.state.value.call).toMatchObject({ kind: "connected", muted: true });
    await alice.does({ kind: "hang-up" });
    await settle();
    expect(alice.session.state.value.call).toMatchObject({ kind: "ended", reason: "hung-up" });
    expect(bob.session.state.value.call).toMatchObject({ kind: "ended", reason: "hung-up" });
    for (const person of [alice, bob]) {
      await person.does({ kind: "dismiss-call" });
      expect(person.session.state.value.call).toEqual({ kind: "idle" });
      expect(person.media.connections).toBe(0);
      expect([...person.media.microphones]).toEqual([]);
    }
    // Connection and sound were set up while it rang.
    expect(hers).toEqual(["idle", "ringing-out", "connected", "ended", "idle"]);
    expect(his).toEqual(["idle", "ringing-in", "connecting", "connected", "ended", "idle"]);
  });

  test("[CT22] a microphone that does not open is refused with a sentence, and the call goes on", async () => {
    const { alice, bob, settle } = await friends();
    await alice.does({ kind: "call", user: bob.user });
    await settle();
    await bob.does({ kind: "answer" });
    await settle();
    expect(await alice.isRefused({ kind: "choose-microphone", deviceId: "broken" })).toMatch(/microphone/);
    await alice.does({ kind: "choose-microphone", deviceId: "usb" });
    expect(alice.session.state.value.call.kind).toBe("connected");
    expect([...alice.media.microphones]).toEqual(["usb"]);
    await expect(alice.client.chooseSpeaker("gone")).rejects.toThrow("no such speaker");
  });

  test("[CT22] blocking somebody ends the call with them, and not one with somebody else", async () => {
    const { alice, bob, person, settle } = await friends();
    const carol = await person("Carol");
    await alice.does({ kind: "add-contact", link: carol.session.state.value.me.link });
    await alice.does({ kind: "call", user: bob.user });
    await settle();
    await alice.does({ kind: "block", user: carol.user });
    expect(alice.session.state.value.call.kind).toBe("ringing-out");
    await alice.does({ kind: "block", user: bob.user });
    expect(alice.session.state.value.call).toMatchObject({ kind: "ended" });
  });
});

describe("the end", () => {
  test("[CT23] close ends calls and networks, says goodbye, leaves no timer, and may be called twice", async () => {
    const { alice, bob, clock, settle } = await friends();
    await alice.does({ kind: "call", user: bob.user });
    await settle();
    alice.session.conversation(bob.user).subscribe(() => {});
    await Promise.all([alice.client.close(), alice.client.close()]);
    await settle();
    expect(alice.media.connections).toBe(0);
    expect(bob.session.state.value.call.kind).toBe("ended");
    expect(bob.contact(alice)?.presence).toBe("offline");
    await bob.client.close();
    await clock.settle();
    expect(clock.waiting).toBe(0);
  });

  test("[CT23] after close every command is refused, and nothing starts", async () => {
    const { alice, bob, clock } = await friends();
    await bob.client.close();
    const { waiting } = clock;
    const leaving = alice.client.close();
    for (const kind of ["call", "block", "mark-read"] as const)
      expect(await alice.isRefused({ kind, user: bob.user })).toMatch(/closed/);
    await leaving;
    await clock.settle();
    expect([clock.waiting, waiting > 0]).toEqual([0, true]);
  });

  test("[CT23] close during a change of mode leaves both networks stopped", async () => {
    const world = createClientWorld();
    const alice = await world.person("Alice");
    await world.settle();
    const changing = alice.session.act({ kind: "choose-mode", mode: "central" });
    await alice.client.close();
    await changing;
    await world.settle();
    for (const network of alice.networks.values()) expect(network.status.value.kind).toBe("stopped");
    expect(world.clock.waiting).toBe(0);
  });

  test("[CT23] stores that cannot be read reject the start, and nothing has been started", async () => {
    const world = createClientWorld();
    const store = { ...createMemoryProfileStore(), contacts: () => Promise.reject(new Error("disk broken")) };
    await expect(world.person("Alice", { store })).rejects.toThrow("disk broken");
    expect(world.clock.waiting).toBe(0);
  });
});

function callKinds(person: Person): string[] {
  const kinds: string[] = [];
  person.session.state.subscribe(({ call }) => {
    if (call.kind !== kinds.at(-1)) kinds.push(call.kind);
  });
  return kinds;
}

async function friends() {
  const world = createClientWorld();
  return { ...world, ...(await world.friends()) };
}
