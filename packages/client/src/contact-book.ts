import { createLive, type Live, type UserId } from "@skein/core";
import { type Card, verifyCard } from "@skein/identity";
import type { Relation } from "@skein/messaging";
import { createInTurn } from "./in-turn.ts";
import type { Contact, ProfileStore } from "./profile-store.ts";

/** The people of this profile: contacts and blocked ones. Kept before it is shown; changes reject what the store rejects. */
export interface ContactBook {
  readonly people: Live<readonly KnownPerson[]>;
  /** What someone is to us now. */
  relation(user: UserId): Relation;
  find(user: UserId): KnownPerson | undefined;
  /** Makes someone a contact by their card, also if they were blocked; the name is that of the card given last. */
  add(card: Card, now: number): Promise<void>;
  /** Blocks someone; strangers are blocked by the card they came with. */
  block(card: Card, now: number): Promise<void>;
  setVerified(user: UserId, verified: boolean): Promise<void>;
  remove(user: UserId): Promise<void>;
}

/** A person with their checked card. */
export interface KnownPerson extends Omit<Contact, "card"> {
  readonly card: Card;
}

/** Opens the book. A person whose kept card does not hold any more is left out. */
export async function openContactBook(store: ProfileStore): Promise<ContactBook> {
  const kept = (await store.contacts()).flatMap((contact): KnownPerson[] => {
    const card = verifyCard(contact.card);
    return card.ok && card.value.user === contact.user ? [{ ...contact, card: card.value }] : [];
  });
  const people = createLive<readonly KnownPerson[]>(kept);
  const inTurn = createInTurn();
  const find = (user: UserId): KnownPerson | undefined => people.value.find((person) => person.user === user);

  async function put(person: KnownPerson): Promise<void> {
    await store.putContact({ ...person, card: person.card.bytes });
    people.set([...people.value.filter((other) => other.user !== person.user), person]);
  }
  function relate(card: Card, relation: Contact["relation"], now: number): Promise<void> {
    return inTurn(async () => {
      const { verified = false, addedAt = now } = find(card.user) ?? {};
      await put({ user: card.user, verified, addedAt, card, relation });
    });
  }

  return {
    people,
    find,
    relation: (user) => find(user)?.relation ?? "stranger",
    add: (card, now) => relate(card, "contact", now),
    block: (card, now) => relate(card, "blocked", now),
    setVerified: (user, verified) =>
      inTurn(async () => {
        const person = find(user);
        if (person !== undefined) await put({ ...person, verified });
      }),
    remove: (user) =>
      inTurn(async () => {
        await store.removeContact(user);
        people.set(people.value.filter((person) => person.user !== user));
      }),
  };
}
