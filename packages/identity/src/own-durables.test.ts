import { systemRandom } from "@skein/core";
import { expect, test } from "vitest";
import { type Account, createAccount, openAccount } from "./account.ts";
import { issueCertificate } from "./certificate.ts";
import { signDeviceList } from "./durable.ts";
import { createKeyPair } from "./keys.ts";
import { DURABLE_RENEWAL_MS, ownDurables } from "./own-durables.ts";

const NOW = 1_800_000_000_000;
const phone = createAccount({ name: "Ada", deviceName: "phone" }, { random: systemRandom, now: NOW });
const laptop = secondDevice(phone);
const via = () => ({ supernode: createAccountDevice(), addresses: [] });

function createAccountDevice() {
  return createAccount({ name: "S", deviceName: "s" }, { random: systemRandom, now: NOW }).device;
}

function secondDevice(of: Account): Account {
  const deviceKey = createKeyPair(systemRandom);
  const subject = { device: deviceKey.publicKey, name: "laptop", issuedAt: NOW, listVersion: 1 };
  const certificate = issueCertificate(subject, of.userKey);
  return openAccount({ userSeed: of.userKey.seed, deviceSeed: deviceKey.seed, certificate, name: "Ada" });
}

test("[ID15] a device publishes its list and its hint once, and again when they are a day old or no longer true", () => {
  const mailboxes = [via()];
  const first = ownDurables(phone, { known: [], mailboxes, now: NOW });
  expect(first.map(({ kind }) => kind)).toEqual(["device-list", "mailbox-hint"]);
  expect(ownDurables(phone, { known: first, mailboxes, now: NOW + 1_000 })).toEqual([]);
  const moved = ownDurables(phone, { known: first, mailboxes: [via()], now: NOW + 1_000 });
  expect(moved.map(({ kind, sequence }) => [kind, sequence > NOW])).toEqual([["mailbox-hint", true]]);
  const renewed = ownDurables(phone, { known: first, mailboxes, now: NOW + DURABLE_RENEWAL_MS });
  expect(renewed.map(({ kind }) => kind)).toEqual(["device-list", "mailbox-hint"]);
});

test("[ID15] a further device joins the list above its sequence, whatever its clock says", () => {
  const known = ownDurables(phone, { known: [], mailboxes: [], now: NOW });
  const [list] = ownDurables(laptop, { known, mailboxes: [], now: NOW - 60_000 });
  if (list?.kind !== "device-list") throw new Error("a list");
  expect([list.devices, list.sequence]).toEqual([[laptop.device, phone.device], NOW + 1]);
});

test("[ID15] a revoked device publishes nothing more", () => {
  const statement = { sequence: NOW, issuedAt: NOW, devices: [phone.device], revoked: [laptop.device] };
  const known = [signDeviceList(statement, phone.userKey)];
  expect(ownDurables(laptop, { known, mailboxes: [], now: NOW })).toEqual([]);
});
