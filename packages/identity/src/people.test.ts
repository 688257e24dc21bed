import { systemRandom } from "@skein/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Account, accountSecrets, createAccount, openAccount } from "./account.ts";
import { cardLink, parseCardLink } from "./card.ts";
import { introduce, readIntroduction } from "./introduction.ts";
import { safetyFingerprint, safetyOf } from "./safety.ts";

const NOW = 1_800_000_000_000;

function person(name: string): Account {
  return createAccount({ name, deviceName: "test" }, { random: systemRandom, now: NOW });
}

const introductionOf = (account: Account): Uint8Array =>
  introduce({ certificate: account.certificate, card: account.card.bytes });

test("[ID9] a contact link carries the card, whole or only its last part", () => {
  const ada = person("Ada Lovelace");
  const link = cardLink("http://localhost:8080/?profile=ada", ada.card);
  expect(link).toMatch(/^http:\/\/localhost:8080\/#\/add\/[A-Za-z0-9_-]+$/);
  for (const pasted of [link, `  ${link}\n`, link.split("/add/")[1] as string]) {
    expect(parseCardLink(pasted)).toMatchObject({ ok: true, value: { user: ada.user, name: "Ada Lovelace" } });
  }
});

test("[ID9] a broken contact link is refused with a sentence, whatever was pasted", () => {
  const link = cardLink("https://skein.example/", person("Ada").card);
  const broken = ["", "hello there", link.slice(0, -3), link.replace("/add/", "/add/AAAA"), "x".repeat(5_000)];
  for (const pasted of broken) {
    const read = parseCardLink(pasted);
    expect(read.ok, pasted).toBe(false);
    if (!read.ok) expect(read.reason).toMatch(/^[A-Z].*\.$/);
  }
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (pasted) => !parseCardLink(pasted).ok));
});

test("[ID10] both people compute the same safety number of sixty digits and the same eight words", () => {
  const [ada, bob, eve] = [person("Ada"), person("Bob"), person("Eve")];
  const [hers, his, eves] = [ada.user, bob.user, eve.user].map(safetyFingerprint) as [string, string, string];
  const { number, words } = safetyOf(hers, his);
  expect(number).toMatch(/^(\d{5} ){11}\d{5}$/);
  expect(words.split(" ")).toHaveLength(8);
  expect(safetyOf(his, hers)).toEqual({ number, words });
  expect(safetyOf(hers, eves).number).not.toBe(number);
  expect(safetyOf(hers, eves).words).not.toBe(words);
});

test("[ID11] an introduction is believed only on the channel of the device it names", () => {
  const [ada, bob] = [person("Ada"), person("Bob")];
  expect(readIntroduction(introductionOf(ada), { peer: ada.device }, NOW)).toMatchObject({
    ok: true,
    value: { user: ada.user, card: { name: "Ada" } },
  });
  expect(readIntroduction(introductionOf(ada), { peer: bob.device }, NOW)).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/another device/),
  });
  const mixed = introduce({ certificate: ada.certificate, card: bob.card.bytes });
  expect(readIntroduction(mixed, { peer: ada.device }, NOW)).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/two users/),
  });
});

test("[ID12] kept secrets open the same account", () => {
  const ada = person("Ada");
  const again = openAccount(accountSecrets(ada));
  expect([again.user, again.device, again.card.name]).toEqual([ada.user, ada.device, "Ada"]);
});
