import { describe, expect, test } from "vitest";
import { createClientWorld } from "../test/client-world.ts";

describe("contacts", () => {
  test("[CT8] two people add each other by link, and see each other come and go", async () => {
    const { alice, bob, settle } = await friends();
    expect(alice.contact(bob)).toMatchObject({ name: "Bob", presence: "online", unread: 0, verified: false });
    expect(bob.contact(alice)).toMatchObject({ name: "Alice", presence: "online", path: { kind: "direct" } });
    await bob.does({ kind: "set-availability", availability: "away" });
    await settle();
    expect(alice.contact(bob)?.presence).toBe("away");
    await bob.client.close();
    await settle();
    expect(alice.contact(bob)?.presence).toBe("offline");
    expect(alice.contact(bob)?.path).toBeUndefined();
  });

  test("[CT8] adding says who was added, and adding twice makes one contact with the name of the last link", async () => {
    const { alice, bob, settle } = await friends();
    await bob.does({ kind: "rename", name: "Robert" });
    const outcome = await alice.does({ kind: "add-contact", link: bob.session.state.value.me.link });
    await settle();
    expect(outcome).toEqual({ ok: true, user: bob.user });
    expect(alice.session.state.value.contacts.map(({ name }) => name)).toEqual(["Robert"]);
  });

  test("[CT8] a link that adds nobody is refused with a sentence, and nothing changes", async () => {
    const world = createClientWorld();
    const alice = await world.person("Alice");
    const { link } = alice.session.state.value.me;
    expect(await alice.isRefused({ kind: "add-contact", link })).toMatch(/^This is your own link/);
    expect(await alice.isRefused({ kind: "add-contact", link: `${link.slice(0, -4)}AAAA` })).toMatch(/damaged/);
    expect(await alice.isRefused({ kind: "add-contact", link: "https://example.org/" })).toMatch(/not a contact link/);
    expect(await alice.isRefused({ kind: "add-contact", link: "  " })).toMatch(/^Paste a contact link/);
    expect(alice.session.state.value.contacts).toEqual([]);
    expect(await alice.store.contacts()).toEqual([]);
  });

  test("[CT9] a stranger who writes is a request with their first words; accepted, they are a contact with all they wrote", async () => {
    const { alice, bob, settle } = await stranger();
    expect(alice.session.state.value.requests).toEqual([]);
    await bob.does({ kind: "send", user: alice.user, body: "hello?" });
    await settle();
    await bob.does({ kind: "send", user: alice.user, body: "it is Bob" });
    await settle();
    expect(alice.session.state.value.requests).toMatchObject([{ user: bob.user, name: "Bob", firstMessage: "hello?" }]);
    expect(alice.session.state.value.contacts).toEqual([]);
    await alice.does({ kind: "accept-request", user: bob.user });
    await settle();
    expect(alice.session.state.value.requests).toEqual([]);
    expect(alice.contact(bob)).toMatchObject({ unread: 2, presence: "online", lastMessage: { body: "it is Bob" } });
    await alice.does({ kind: "send", user: bob.user, body: "hi Bob" });
    await settle();
    expect(await bob.chat(alice)).toEqual(["> hello? delivered", "> it is Bob delivered", "< hi Bob delivered"]);
  });

  test("[CT9] requests are listed newest first, and are there after a new start", async () => {
    const { alice, bob, settle, person } = await stranger();
    const carol = await person("Carol");
    await carol.does({ kind: "add-contact", link: alice.session.state.value.me.link });
    await bob.does({ kind: "send", user: alice.user, body: "first" });
    await settle();
    await carol.does({ kind: "send", user: alice.user, body: "second" });
    await settle();
    expect(alice.session.state.value.requests.map(({ name }) => name)).toEqual(["Carol", "Bob"]);
    const again = await alice.reopen();
    expect(again.session.state.value.requests.map(({ firstMessage }) => firstMessage)).toEqual(["second", "first"]);
  });

  test("[CT9] declined, what they wrote is gone, and they may write again", async () => {
    const { alice, bob, settle, clock } = await stranger();
    await bob.does({ kind: "send", user: alice.user, body: "hello?" });
    await settle();
    await alice.does({ kind: "decline-request", user: bob.user });
    expect(alice.session.state.value.requests).toEqual([]);
    expect(await alice.chat(bob)).toEqual([]);
    await bob.does({ kind: "send", user: alice.user, body: "please" });
    await clock.advance(10_000);
    expect(alice.session.state.value.requests).toMatchObject([{ firstMessage: "please" }]);
  });

  test("[CT9] a stranger is neither written to nor called", async () => {
    const { alice, bob } = await stranger();
    expect(await alice.isRefused({ kind: "send", user: bob.user, body: "x" })).toMatch(/^Add this person/);
    expect(await alice.isRefused({ kind: "call", user: bob.user })).toMatch(/^Add this person/);
    expect(await alice.isRefused({ kind: "accept-request", user: bob.user })).toMatch(/not known here/);
  });

  test("[CT10] somebody blocked reaches us no more, and neither do we them; unblocked they are a contact again", async () => {
    const { alice, bob, settle, clock } = await friends();
    await bob.does({ kind: "send", user: alice.user, body: "before" });
    await settle();
    await alice.does({ kind: "block", user: bob.user });
    expect(alice.session.state.value.blocked).toEqual([{ user: bob.user, name: "Bob" }]);
    expect(alice.session.state.value.contacts).toEqual([]);
    expect(await alice.chat(bob)).toEqual([]);
    await bob.does({ kind: "send", user: alice.user, body: "still there?" });
    await clock.advance(60_000);
    expect(await alice.chat(bob)).toEqual([]);
    expect(alice.session.state.value.requests).toEqual([]);
    expect(await alice.isRefused({ kind: "send", user: bob.user, body: "x" })).toBe("You blocked this person.");
    expect(await alice.isRefused({ kind: "call", user: bob.user })).toBe("You blocked this person.");
    await alice.does({ kind: "unblock", user: bob.user });
    await settle();
    expect(alice.session.state.value.blocked).toEqual([]);
    expect(alice.contact(bob)?.presence).toBe("online");
    expect(await alice.chat(bob)).toEqual(["< still there? delivered"]);
  });

  test("[CT10] a stranger who was blocked stays blocked after a new start", async () => {
    const { alice, bob, settle } = await stranger();
    await bob.does({ kind: "send", user: alice.user, body: "hello?" });
    await settle();
    await alice.does({ kind: "block", user: bob.user });
    expect(alice.session.state.value.requests).toEqual([]);
    const again = await alice.reopen();
    await bob.does({ kind: "send", user: alice.user, body: "hello??" });
    await settle();
    expect(again.session.state.value).toMatchObject({ requests: [], blocked: [{ name: "Bob" }] });
  });

  test("[CT11] a removed contact is gone with their conversation, and is a stranger when they write", async () => {
    const { alice, bob, settle, clock } = await friends();
    await bob.does({ kind: "send", user: alice.user, body: "before" });
    await settle();
    await alice.does({ kind: "remove-contact", user: bob.user });
    await settle();
    expect(alice.session.state.value.contacts).toEqual([]);
    expect(await alice.chat(bob)).toEqual([]);
    expect(await alice.store.contacts()).toEqual([]);
    await bob.does({ kind: "send", user: alice.user, body: "after" });
    await clock.advance(10_000);
    expect(alice.session.state.value.requests).toMatchObject([{ name: "Bob", firstMessage: "after" }]);
  });

  test("[CT11] changes of one person happen one after the other: a mark set while blocking does not unblock", async () => {
    const { alice, bob } = await friends();
    await Promise.all([
      alice.session.act({ kind: "block", user: bob.user }),
      alice.session.act({ kind: "mark-verified", user: bob.user, verified: true }),
    ]);
    expect(await alice.store.contacts()).toMatchObject([{ relation: "blocked", verified: true }]);
  });

  test("[CT12] safety numbers and words appear, are the same on both sides, and verifying is kept", async () => {
    const { alice, bob, clock } = await friends();
    expect(alice.contact(bob)?.safetyNumber).toBe("");
    await clock.advance(3_000);
    const [hers, his] = [alice.contact(bob), bob.contact(alice)];
    expect(hers?.safetyNumber).toMatch(/^(\d{5} ){11}\d{5}$/);
    expect(hers?.safetyNumber).toBe(his?.safetyNumber);
    expect(hers?.safetyWords.split(" ")).toHaveLength(8);
    expect(hers?.safetyWords).toBe(his?.safetyWords);
    await alice.does({ kind: "mark-verified", user: bob.user, verified: true });
    expect(alice.contact(bob)?.verified).toBe(true);
    const again = await alice.reopen();
    expect(again.contact(bob)?.verified).toBe(true);
    await again.does({ kind: "mark-verified", user: bob.user, verified: false });
    expect(again.contact(bob)?.verified).toBe(false);
  });

  test("[CT12] numbers are computed one a turn, so that many contacts do not stop the page", async () => {
    const world = createClientWorld();
    const alice = await world.person("Alice");
    for (const name of ["Bob", "Carol", "Dave"]) {
      const person = await world.person(name);
      await alice.does({ kind: "add-contact", link: person.session.state.value.me.link });
    }
    const known = (): number =>
      alice.session.state.value.contacts.filter(({ safetyNumber }) => safetyNumber !== "").length;
    const again = await alice.reopen();
    const counts: number[] = [];
    again.session.state.subscribe(({ contacts }) =>
      counts.push(contacts.filter(({ safetyNumber }) => safetyNumber !== "").length),
    );
    expect(known()).toBe(0);
    await world.clock.advance(1_500);
    // Joining the network comes first.
    expect(known()).toBe(0);
    await world.clock.advance(1_500);
    expect(counts.filter((count, index) => count !== counts[index - 1])).toEqual([0, 1, 2, 3]);
  });

  test.each([
    ["always", "allow", "allow"],
    ["contacts", "allow", "deny"],
    ["never", "deny", "deny"],
  ] as const)("[CT13] direct connections “%s”: contacts %s, strangers %s", async (direct, contacts, strangers) => {
    const { alice, bob, settle, person } = await friends();
    const mallory = await person("Mallory");
    await mallory.does({ kind: "add-contact", link: alice.session.state.value.me.link });
    await settle();
    await alice.does({ kind: "change-settings", settings: { direct, readReceipts: true } });
    expect(alice.direct(bob)).toBe(contacts);
    expect(alice.direct(mallory)).toBe(strangers);
  });

  test("[CT13] a contact who is blocked or removed is a stranger to direct connections at once", async () => {
    const { alice, bob } = await friends();
    expect(alice.direct(bob)).toBe("allow");
    await alice.does({ kind: "block", user: bob.user });
    expect(alice.direct(bob)).toBe("deny");
    expect(bob.direct(alice)).toBe("allow");
    await bob.does({ kind: "remove-contact", user: alice.user });
    expect(bob.direct(alice)).toBe("deny");
  });
});

async function friends() {
  const world = createClientWorld();
  return { ...world, ...(await world.friends()) };
}

/** Bob has Alice's link; she knows nothing of him. */
async function stranger() {
  const world = createClientWorld();
  const [alice, bob] = [await world.person("Alice"), await world.person("Bob")];
  await world.settle();
  await bob.does({ kind: "add-contact", link: alice.session.state.value.me.link });
  await world.settle();
  return { ...world, alice, bob };
}
