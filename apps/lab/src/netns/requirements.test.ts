import { expect, test } from "vitest";
import { LabError, missingForLab, requireForLab } from "./requirements.ts";

const complete = { isRoot: true, hasProgram: () => true, hasFile: () => true };

test("[LB14] what is missing is said, each with what to do about it", () => {
  expect(missingForLab(complete)).toEqual([]);
  expect(missingForLab({ ...complete, isRoot: false })).toEqual([
    "network namespaces need root: run this as root (sudo)",
  ]);
  const bare = { ...complete, hasProgram: (name: string) => name !== "nft" && name !== "cc" };
  expect(missingForLab(bare)).toEqual([
    "not installed: nft, cc; on Debian: apt-get install --no-install-recommends nftables gcc libc6-dev",
  ]);
  expect(missingForLab({ ...complete, hasFile: () => false })[0]).toContain("/dev/net/tun");
  expect(() => requireForLab(bare)).toThrow(LabError);
  expect(() => requireForLab(complete)).not.toThrow();
});
