import { type Directory, type PresenceChange, systemRandom, type UserId } from "@skein/core";
import { type Account, createAccount, signPresence } from "@skein/identity";
import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { createPresenceBoard } from "./presence-board.ts";

const clock = createHandClock();
const minute = 60_000;

function person(): Account {
  return createAccount({ name: "Ada", deviceName: "test" }, { random: systemRandom, now: clock.now() });
}

function word(of: Account, sequence: number, availability: "online" | "away" | "offline"): PresenceChange {
  const statement = { certificate: of.certificate, sequence, issuedAt: clock.now(), availability, via: [] };
  return { kind: "presence", presence: signPresence(statement, of.deviceKey) };
}

function directoryOf(): { directory: Directory; tell: (change: PresenceChange) => void; watched: readonly UserId[][] } {
  const listeners = new Set<(change: PresenceChange) => void>();
  const watched: UserId[][] = [];
  const directory: Directory = {
    publish: () => Promise.resolve(),
    find: () => Promise.resolve([]),
    publishDurable: () => Promise.resolve(),
    findDurable: () => Promise.resolve([]),
    watch(users, onChange) {
      watched.push([...users]);
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
  };
  return { directory, watched, tell: (change) => listeners.forEach((listener) => void listener(change)) };
}

test("[CT1] a person is as available as their newest signed word says, older words change nothing", () => {
  const ada = person();
  const { directory, tell } = directoryOf();
  const board = createPresenceBoard(clock);
  board.watch(directory, [ada.user]);
  tell(word(ada, 2, "online"));
  expect(board.availability.value.get(ada.user)).toBe("online");
  tell(word(ada, 1, "offline"));
  expect(board.availability.value.get(ada.user)).toBe("online");
  tell(word(ada, 3, "away"));
  expect(board.availability.value.get(ada.user)).toBe("away");
  board.close();
});

test("[CT2] a hint that a device left counts until the device speaks again, and never against a newer word", async () => {
  const ada = person();
  const { directory, tell } = directoryOf();
  const board = createPresenceBoard(clock);
  board.watch(directory, [ada.user]);
  const before = clock.now();
  await clock.advance(1_000);
  tell(word(ada, 1, "online"));
  tell({ kind: "gone", user: ada.user, device: ada.device, at: before });
  expect(board.availability.value.get(ada.user)).toBe("online");
  tell({ kind: "gone", user: ada.user, device: ada.device, at: clock.now() + 1 });
  expect(board.availability.value.get(ada.user)).toBe("offline");
  tell(word(ada, 1, "online"));
  expect(board.availability.value.get(ada.user), "the same word, said again after a break").toBe("online");
  board.close();
});

test("[CT3] a word that nobody renews is forgotten when it expires", async () => {
  const ada = person();
  const { directory, tell } = directoryOf();
  const board = createPresenceBoard(clock);
  board.watch(directory, [ada.user]);
  tell(word(ada, 1, "online"));
  await clock.advance(59 * minute);
  expect(board.availability.value.get(ada.user)).toBe("online");
  await clock.advance(minute);
  expect(board.availability.value.has(ada.user)).toBe(false);
  board.close();
  expect(clock.waiting).toBe(0);
});

test("[CT4] watching another directory forgets what the one before said", () => {
  const ada = person();
  const [first, second] = [directoryOf(), directoryOf()];
  const board = createPresenceBoard(clock);
  board.watch(first.directory, [ada.user]);
  first.tell(word(ada, 1, "online"));
  board.watch(second.directory, [ada.user]);
  expect(board.availability.value.size).toBe(0);
  first.tell(word(ada, 2, "online"));
  expect(board.availability.value.size).toBe(0);
  board.close();
});

test("[CT24] watching more people in the same directory keeps what is known of those who stay, and only theirs", () => {
  const [ada, bob] = [person(), person()];
  const { directory, tell, watched } = directoryOf();
  const board = createPresenceBoard(clock);
  board.watch(directory, [ada.user]);
  tell(word(ada, 1, "online"));
  board.watch(directory, [ada.user, bob.user]);
  expect(board.availability.value.get(ada.user)).toBe("online");
  board.watch(directory, [bob.user, ada.user]);
  expect(watched).toHaveLength(2);
  board.watch(directory, [bob.user]);
  expect(board.availability.value.size).toBe(0);
  expect(board.userOf(ada.device)).toBeUndefined();
  board.close();
  expect(clock.waiting).toBe(0);
});
