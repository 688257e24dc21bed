import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inspectDescription } from "./session-description.ts";

/** An offer of Chromium 156, as made. */
const OFFER = readFileSync(new URL("../../test/vectors/chromium-offer.sdp", import.meta.url), "latin1");
const ANSWER = readFileSync(new URL("../../test/vectors/chromium-answer.sdp", import.meta.url), "latin1");
const PRINT = "73:1E:5A:C9:12:26:17:AE:CA:2E:4A:F7:4E:C8:57:B8:AE:A7:55:63:79:2B:31:06:F8:50:0D:88:3C:FB:0F:CB";

test("[CL25] offers and answers of Chromium are understood", () => {
  const offer = inspectDescription(OFFER);
  expect(offer).toMatchObject({ ok: true, value: { ufrag: "kFTF", pwd: "X5l/ihJ7D/B1uoFyf8qQRtys" } });
  expect(offer.ok && offer.value.fingerprint[0]).toBe(0x73);
  expect(inspectDescription(ANSWER)).toMatchObject({ ok: true, value: { ufrag: "257/" } });
});

const line = (text: string): string => `${OFFER}${text}\r\n`;

test.each([
  ["a second fingerprint", line(`a=fingerprint:sha-256 ${PRINT.replace("73", "74")}`), "certificate fingerprint"],
  [
    "a second fingerprint in odd case",
    line(`a=Fingerprint:sha-256 ${PRINT.replace("73", "74")}`),
    "certificate fingerprint",
  ],
  [
    "a second fingerprint after a blank",
    line(`a= fingerprint :sha-256 ${PRINT.replace("73", "74")}`),
    "certificate fingerprint",
  ],
  ["no fingerprint", OFFER.replace(/a=fingerprint.*\r\n/, ""), "certificate fingerprint"],
  ["an old hash", OFFER.replace("sha-256 73:1E", "sha-1 73:1E"), "not SHA-256"],
  ["a short hash", OFFER.replace("sha-256 73:1E", "sha-256 1E"), "not SHA-256"],
  ["two ICE users", line("a=ice-ufrag:evil"), "ICE credentials"],
  ["no ICE password", OFFER.replace(/a=ice-pwd.*\r\n/, ""), "ICE credentials"],
  ["a weak ICE password", OFFER.replace(/a=ice-pwd:.*\r\n/, "a=ice-pwd:short\r\n"), "ICE credentials"],
  ["two audio sections", line("m=audio 9 UDP/TLS/RTP/SAVPF 111"), "one audio section"],
  ["video", OFFER.replace("m=audio", "m=video"), "one audio section"],
  ["a refused section", OFFER.replace("m=audio 9", "m=audio 0"), "one audio section"],
  ["plain RTP", OFFER.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "one audio section"],
  ["a stray carriage return", line(`a=x:1\ra=fingerprint:sha-256 ${PRINT}`), "not plain SDP"],
  ["a null character", line("a=x:\u0000"), "not plain SDP"],
  ["other letters", line("a=x:ü"), "not plain SDP"],
  ["a line without a type", line("fingerprint"), "not plain SDP"],
  ["no end of line", OFFER.trimEnd(), "not plain SDP"],
  ["another version", OFFER.replace("v=0", "v=1"), "not plain SDP"],
  ["a long line", line(`a=x:${"y".repeat(1_100)}`), "too long"],
  ["a long description", line("a=x:y\r\n".repeat(2_400)), "too long"],
  [
    "many candidates",
    line("a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n".repeat(65).trimEnd()),
    "too many candidates",
  ],
])("[CL25] [CL26] %s is refused", (_what, sdp, reason) => {
  const seen = inspectDescription(sdp);
  expect(seen.ok).toBe(false);
  expect(!seen.ok && seen.reason).toContain(reason);
});

test("[CL26] the same fingerprint twice is one fingerprint", () => {
  expect(inspectDescription(line(`a=fingerprint:sha-256 ${PRINT}`)).ok).toBe(true);
});

test("[CL25] whatever text comes, it is judged and never throws", () => {
  const pieces = fc.array(fc.constantFrom(...OFFER.split("\r\n"), "a=fingerprint:", "m=", "\r", "\n", "\u0000"));
  fc.assert(fc.property(pieces, (lines) => typeof inspectDescription(lines.join("\r\n")).ok === "boolean"));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !inspectDescription(text).ok));
});
