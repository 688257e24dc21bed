import { createHandClock } from "@skein/testkit";
import { beforeEach, expect, test } from "vitest";
import { adOf, person, presenceOf, via } from "../../test/people.ts";
import { createDepartures, type Departure } from "./departures.ts";
import { GONE_AFTER_MS } from "./limits.ts";
import { createPresenceBook } from "./presence-book.ts";

const account = person();
const [home, standby, other] = [adOf().supernode, adOf().supernode, adOf().supernode];
const stage = () => {
  const clock = createHandClock(Date.now());
  const book = createPresenceBook(() => clock.now());
  const gone: Departure[] = [];
  const departures = createDepartures(book, { clock, onGone: (departure) => gone.push(departure) });
  const presence = presenceOf(account, { sequence: 7, via: [via(home), via(standby)] });
  book.accept(presence);
  return { clock, book, gone, departures, presence };
};
let s: ReturnType<typeof stage>;
beforeEach(() => {
  s = stage();
});

test("[PP27] when all its supernodes lost it, a device is gone at once, and once", async () => {
  s.departures.left(account.device, home, 7);
  expect(s.gone).toEqual([]);
  s.departures.left(account.device, standby, 7);
  expect(s.gone.map((each) => each.presence)).toEqual([s.presence]);
  s.departures.left(account.device, home, 7);
  await s.clock.advance(10 * GONE_AFTER_MS);
  expect(s.gone.length).toBe(1);
  expect(s.departures.of(account.device)?.presence).toBe(s.presence);
});

test("[PP27] when one lost it, it is gone after 2 s, unless it says something new meanwhile", async () => {
  s.departures.left(account.device, home, 7);
  await s.clock.advance(GONE_AFTER_MS - 1);
  expect(s.gone).toEqual([]);
  await s.clock.advance(1);
  expect(s.gone.length).toBe(1);

  const again = stage();
  again.departures.left(account.device, home, 7);
  again.book.accept(presenceOf(account, { sequence: 8, via: [via(standby)] }));
  await again.clock.advance(10 * GONE_AFTER_MS);
  expect(again.gone).toEqual([]);
  expect(again.departures.of(account.device)).toBeUndefined();
});

test("[PP27] reports of supernodes it does not name, of old records and of the unknown count for nothing", async () => {
  s.departures.left(account.device, other, 7);
  s.departures.left(account.device, home, 6);
  s.departures.left(person().device, home, 7);
  await s.clock.advance(10 * GONE_AFTER_MS);
  expect(s.gone).toEqual([]);
});

test("[PP27] who said goodbye is not said to be gone again", async () => {
  s.book.accept(presenceOf(account, { sequence: 8, availability: "offline", via: [via(home)] }));
  s.departures.left(account.device, home, 8);
  await s.clock.advance(GONE_AFTER_MS);
  expect(s.gone).toEqual([]);
});
