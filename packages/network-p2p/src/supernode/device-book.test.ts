import { issueCertificate, verifyCertificate } from "@skein/identity";
import { deviceSet, MAX_DEVICES_OF_USER } from "@skein/wire";
import { expect, test } from "vitest";
import { certificateOf, person } from "../../test/people.ts";
import { createDeviceBook } from "./device-book.ts";

test("[PP25] the eight devices certified last stay", () => {
  const owner = person();
  const book = createDeviceBook(Date.now);
  const now = Date.now();
  const certified = Array.from({ length: MAX_DEVICES_OF_USER + 2 }, (_, index) => {
    const device = person().deviceKey.publicKey;
    const bytes = issueCertificate({ device, name: "d", issuedAt: now - 1_000 + index, listVersion: 1 }, owner.userKey);
    const certificate = verifyCertificate(bytes, now);
    if (!certificate.ok) throw new Error(certificate.reason);
    return certificate.value;
  });
  for (const certificate of certified) expect(book.add(certificate)).toBe(true);
  const newest = certified.slice(2).map((each) => each.device);
  expect(new Set(book.devicesOf(owner.user))).toEqual(new Set(newest));
  expect(book.add(certified[0] as (typeof certified)[number])).toBe(false);
});

test("[PP25] a full book takes no further user, and an empty set is invalid", () => {
  const [known, other] = [person(), person()];
  const book = createDeviceBook(Date.now, 1);
  expect(book.add(certificateOf(known))).toBe(true);
  expect(book.add(certificateOf(other))).toBe(false);
  const set = deviceSet.encode({ certificates: [other.certificate] });
  expect(book.merge(other.user, set)).toBe("full");
  expect(book.merge(known.user, deviceSet.encode({ certificates: [] }))).toBe("invalid");
  expect([...book.users()]).toEqual([known.user]);
});
