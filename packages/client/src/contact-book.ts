import { createLive, type Live, type UserId } from "@skein/core";
import { type Card, verifyCard } from "@skein/identity";
import type { Relation } from "@skein/messaging";
import type { Contact, ProfileStore } from "./profile-store.ts";

/** The people of this profile: contacts and blocked ones. Kept before it is shown. */
export interface ContactBook {
  readonly people: Live<readonly KnownPerson[]>;
  /** What someone is to us now. */
  relation(user: UserId): Relation;
  find(user: UserId): KnownPerson | undefined;
  /** Makes someone a contact by their card, also if they were blocked; a newer card replaces the name. */
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
  const find = (user: UserId): KnownPerson | undefined => people.value.find((person) => person.user === user);

  async function put(person: KnownPerson): Promise<void> {
    await store.putContact({ ...person, card: person.card.bytes });
    people.set([...people.value.filter((other) => other.user !== person.user), person]);
  }
  async function relate(card: Card, relation: Contact["relation"], now: number): Promise<void> {
    const known = find(card.user);
    await put({ user: card.user, verified: known?.verified ?? false, addedAt: known?.addedAt ?? now, card, relation });
  }

  return {
    people,
    find,
    relation: (user) => find(user)?.relation ?? "stranger",
    add: (card, now) => relate(card, "contact", now),
    block: (card, now) => relate(card, "blocked", now),
    async setVerified(user, verified) {
      const person = find(user);
      if (person !== undefined) await put({ ...person, verified });
    },
    async remove(user) {
      await store.removeContact(user);
      people.set(people.value.filter((person) => person.user !== user));
    },
  };
}
