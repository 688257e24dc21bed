import { expect, test } from "vitest";
import { person, presenceOf } from "../../test/people.ts";
import { createPresenceBook } from "./presence-book.ts";

test("[PP24] a record is taken when it is newer, and told of once", () => {
  const book = createPresenceBook(() => Date.now());
  const account = person();
  const heard: number[] = [];
  book.subscribe((presence) => heard.push(presence.sequence));
  const [first, second, twin] = [1, 2, 2].map((sequence, index) =>
    presenceOf(account, { sequence, availability: index === 2 ? "away" : "online" }),
  );
  if (first === undefined || second === undefined || twin === undefined) throw new Error("three records");
  expect([first, second, second, twin, first].map(book.accept)).toEqual(["new", "new", "known", "conflict", "old"]);
  expect(heard).toEqual([1, 2]);
  expect(book.ofDevice(account.device)).toBe(second);
});

test("[PP26] a user's devices are found together, and an expired record is not given out", () => {
  let now = Date.now();
  const book = createPresenceBook(() => now);
  const phone = person();
  const laptop = person(phone);
  const [onPhone, onLaptop] = [
    presenceOf(phone, { sequence: 1, at: now - 60_000 }),
    presenceOf(laptop, { sequence: 1 }),
  ];
  book.accept(onPhone);
  book.accept(onLaptop);
  expect(new Set(book.ofUser(phone.user))).toEqual(new Set([onPhone, onLaptop]));
  now = onPhone.expiresAt;
  expect(book.ofUser(phone.user)).toEqual([onLaptop]);
  expect([...book.all()].map(({ device }) => device)).toEqual([laptop.device]);
});

test("[PP26] a full book makes room by forgetting the expired, and refuses newcomers when there are none", () => {
  let now = Date.now();
  const book = createPresenceBook(() => now, 2);
  const [old, staying, late] = [
    presenceOf(person(), { sequence: 1, at: now - 30 * 60_000 }),
    presenceOf(person(), { sequence: 1 }),
    presenceOf(person(), { sequence: 1 }),
  ];
  expect([old, staying, late].map(book.accept)).toEqual(["new", "new", "full"]);
  now = old.expiresAt;
  expect(book.accept(late)).toBe("new");
  expect(book.size).toBe(2);
  expect(book.ofDevice(staying.device)).toBe(staying);
});
