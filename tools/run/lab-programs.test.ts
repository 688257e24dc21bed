import { expect, test } from "vitest";
import { missingPackages } from "./lab-programs.mjs";

test("what the lab lacks is named by Debian package, and root's folders are looked through too", () => {
  expect(missingPackages("/usr/bin", () => true)).toEqual([]);
  const has = (file: string): boolean => ["/usr/bin/nsenter", "/usr/sbin/ip"].includes(file);
  expect(missingPackages("/usr/bin", has)).toEqual(["nftables", "gcc", "libc6-dev"]);
});
