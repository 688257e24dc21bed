import { expect, test } from "vitest";
import { parseCandidate, shownCandidate } from "./candidate.ts";
import { createIncomingCandidates, createOutgoingCandidates } from "./trickle.ts";

/** As Chromium 156 writes them. */
const HOST =
  "candidate:1553240391 1 udp 2122194687 192.0.2.2 38933 typ host generation 1 ufrag 8Ruj network-id 3 network-cost 50";
const MDNS =
  "candidate:1 1 udp 2122194687 f3a0c1d2-0000-4000-8000-1234567890ab.local 38933 typ host generation 0 ufrag 8Ruj";
const IPV6 = "candidate:1905083804 1 udp 2122267903 2001:db8::2 55830 typ host generation 1 ufrag 8Ruj network-id 4";
const TCP =
  "candidate:2715212528 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active generation 1 ufrag tPu+ network-id 3";
const RELAY =
  "candidate:428157602 1 udp 58597375 203.0.113.1 59316 typ relay raddr 192.0.2.2 rport 38933 generation 1 ufrag 8Ruj";

test.each([
  [HOST, "host"],
  [MDNS, "host"],
  [IPV6, "host"],
  [TCP, "host"],
  [RELAY, "relay"],
  [HOST.replace("typ host", "typ srflx"), "srflx"],
])("[CL31] a candidate of Chromium is read: %s", (text, kind) => {
  expect(parseCandidate(text)).toEqual({ text, kind });
});

test.each([
  "",
  "candidate:1",
  HOST.replace("typ host", "typ guess"),
  HOST.replace("udp", "sctp"),
  `${HOST} x\r\na=fingerprint:sha-256 00`,
  `${HOST} ${"x".repeat(1_024)}`,
  HOST.replace("192.0.2.2", "a b"),
])("[CL31] anything else is none: %j", (text) => {
  expect(parseCandidate(text)).toBeUndefined();
});

test("[CL30] under a relay policy only relayed addresses are shown, without our own beside them", () => {
  for (const text of [HOST, MDNS, IPV6, TCP, HOST.replace("typ host", "typ srflx")]) {
    const candidate = parseCandidate(text);
    expect(candidate && shownCandidate(candidate, "relay")).toBeUndefined();
  }
  const relay = parseCandidate(RELAY);
  const shown = relay && shownCandidate(relay, "relay");
  expect(shown?.text).toContain("203.0.113.1 59316 typ relay raddr 0.0.0.0 rport 9 generation 1");
  expect(shown?.text).not.toContain("192.0.2.2");
  expect(relay && shownCandidate(relay, "all")).toEqual(relay);
});

test("[CL30] candidates follow their description, and those of an older one are not shown any more", () => {
  const shown: string[] = [];
  const outgoing = createOutgoingCandidates((round, { text }) => shown.push(`${round} ${text}`));
  outgoing.gathered(HOST, "new1");
  outgoing.gathered(TCP, "old1");
  expect(shown).toEqual([]);
  outgoing.begin(0, "new1", "all");
  expect(shown).toEqual([`0 ${HOST}`]);
  outgoing.gathered(TCP, "old1");
  outgoing.gathered(IPV6, "new1");
  expect(shown).toEqual([`0 ${HOST}`, `0 ${IPV6}`]);
});

test("[CL31] at most 64 candidates go out or come in each round, and the same one counts once", () => {
  let shown = 0;
  const outgoing = createOutgoingCandidates(() => {
    shown += 1;
  });
  const incoming = createIncomingCandidates();
  outgoing.begin(0, "u", "all");
  const numbered = (index: number): string => HOST.replace("38933", String(10_000 + index));
  for (let index = 0; index < 100; index += 1) outgoing.gathered(numbered(index), "u");
  expect(shown).toBe(64);
  for (let index = 0; index < 64; index += 1)
    expect(incoming.take(0, 0, numbered(index))).toMatchObject({ kind: "host" });
  expect(incoming.take(0, 0, numbered(0))).toBe("ignored");
  expect(incoming.take(0, 0, numbered(64))).toBe("refused");
  expect(incoming.take(1, 1, numbered(64))).toMatchObject({ kind: "host" });
});

test("[CL32] candidates of another round than the one in force are ignored, and no candidate at all is refused", () => {
  const incoming = createIncomingCandidates();
  expect(incoming.take(1, 0, HOST)).toBe("ignored");
  expect(incoming.take(0, undefined, HOST)).toBe("ignored");
  expect(incoming.take(0, 0, "candidate: nonsense")).toBe("refused");
});
