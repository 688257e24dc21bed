import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPeerRules, type PeerPolicy, type PeerReach } from "./peer-policy.ts";
import { formatIp, parseIp, parseTransportAddress } from "./transport-address.ts";

const ip = (host: string): number => parseIp(host) ?? Number.NaN;
const OWN = { relayedIp: ip("203.0.113.1"), otherIps: [ip("203.0.113.2"), ip("192.168.7.7")] };

function reach(host: string, policy: PeerPolicy = { kind: "public" }): PeerReach {
  return createPeerRules(policy, OWN)(ip(host));
}

describe("whom clients may reach", () => {
  test.each([
    ["this network", "0.0.0.0", "0.255.255.255"],
    ["private 10/8", "10.0.0.0", "10.255.255.255"],
    ["carrier NAT", "100.64.0.0", "100.127.255.255"],
    ["loopback", "127.0.0.0", "127.255.255.255"],
    ["link-local, cloud metadata among it", "169.254.0.0", "169.254.169.254"],
    ["private 172.16/12", "172.16.0.0", "172.31.255.255"],
    ["protocol assignments", "192.0.0.0", "192.0.0.255"],
    ["private 192.168/16", "192.168.0.0", "192.168.255.255"],
    ["benchmarking", "198.18.0.0", "198.19.255.255"],
    ["multicast", "224.0.0.0", "239.255.255.255"],
    ["reserved", "240.0.0.0", "255.255.255.254"],
    ["broadcast", "255.255.255.255", "255.255.255.255"],
  ])("[TU25] %s is forbidden from first to last address", (_name, first, last) => {
    expect(reach(first)).toBe("forbidden");
    expect(reach(last)).toBe("forbidden");
  });

  test.each([
    "1.0.0.0",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "223.255.255.255",
  ])("[TU25] %s, just outside, is allowed", (host) => {
    expect(reach(host)).toBe("anywhere");
  });

  test("[TU26] a network named in the policy is allowed, its neighbours are not", () => {
    const policy: PeerPolicy = { kind: "public-and", networks: ["192.168.4.0/22", "127.0.0.1/32"] };
    expect(reach("192.168.4.0", policy)).toBe("anywhere");
    expect(reach("192.168.7.255", policy)).toBe("anywhere");
    expect(reach("192.168.8.0", policy)).toBe("forbidden");
    expect(reach("127.0.0.1", policy)).toBe("anywhere");
    expect(reach("127.0.0.2", policy)).toBe("forbidden");
    expect(reach("8.8.8.8", policy)).toBe("anywhere");
  });

  test("[TU26] no policy allows multicast, broadcast or this network", () => {
    const policy: PeerPolicy = { kind: "public-and", networks: ["0.0.0.0/0"] };
    for (const host of ["0.0.0.1", "224.0.0.251", "240.0.0.1", "255.255.255.255"])
      expect(reach(host, policy)).toBe("forbidden");
    expect(reach("10.1.2.3", policy)).toBe("anywhere");
  });

  test.each(["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/-1", "::/0"])(
    "[TU26] %j is not taken for a network",
    (network) => {
      expect(() => createPeerRules({ kind: "public-and", networks: [network] }, OWN)).toThrow(RangeError);
    },
  );

  test("[TU27] of this machine, the relayed address may be reached for relays only and the others not at all", () => {
    expect(reach("203.0.113.1")).toBe("relays-only");
    expect(reach("203.0.113.2")).toBe("forbidden");
    expect(reach("192.168.7.7", { kind: "public-and", networks: ["192.168.0.0/16"] })).toBe("anywhere");
  });
});

describe("IPv4 addresses", () => {
  test("[TU25] text is read as the number it stands for, and nothing else is read", () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (number) => {
        expect(parseIp(formatIp(number))).toBe(number);
      }),
    );
    for (const text of [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "256.1.1.1",
      "01.2.3.4",
      "1.2.3.4 ",
      "1..3.4",
      "::1",
      "a.b.c.d",
      "1.2.3.1e1",
    ])
      expect(parseIp(text)).toBeUndefined();
    expect(parseTransportAddress("1.2.3.4", 0)).toBeUndefined();
    expect(parseTransportAddress("1.2.3.4", 65_536)).toBeUndefined();
  });
});
