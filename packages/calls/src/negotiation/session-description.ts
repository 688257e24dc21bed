import { MAX_SDP_LENGTH, type Parsed } from "@skein/wire";
import { MAX_CANDIDATES_PER_ROUND } from "../specification.ts";

/** What of a session description matters to its signature. */
export interface DescriptionFacts {
  /** SHA-256 of the DTLS certificate, 32 bytes. */
  readonly fingerprint: Uint8Array;
  readonly ufrag: string;
  readonly pwd: string;
}

/** Longest line of a description we read, in characters. */
const MAX_LINE_LENGTH = 1_024;

/**
 * Reads a session description (RFC 8866) as strictly as a signature needs: one audio section, one certificate
 * (RFC 8122), one pair of ICE credentials (RFC 8839). Anything a laxer parser could read in two ways is refused:
 * other characters than printable ASCII, stray carriage returns, names in odd case.
 */
export function inspectDescription(sdp: string): Parsed<DescriptionFacts> {
  if (sdp.length > MAX_SDP_LENGTH) return refuse("the description is too long");
  if (!/^(?:[a-z]=[\x20-\x7e]*\r?\n)+$/.test(sdp)) return refuse("the description is not plain SDP");
  const lines = sdp.split(/\r?\n/);
  if (lines[0] !== "v=0") return refuse("the description is not plain SDP");
  if (lines.some((line) => line.length > MAX_LINE_LENGTH)) return refuse("a line of the description is too long");
  const sections = lines.filter((line) => line.startsWith("m="));
  if (sections.length !== 1 || !/^m=audio [1-9]\d* UDP\/TLS\/RTP\/SAVPF /.test(sections[0] ?? ""))
    return refuse("the description is not one audio section over DTLS");
  if (attributes(lines, "candidate").length > MAX_CANDIDATES_PER_ROUND)
    return refuse("the description holds too many candidates");
  return readFacts(lines);
}

function readFacts(lines: readonly string[]): Parsed<DescriptionFacts> {
  const fingerprint = only(attributes(lines, "fingerprint"));
  if (fingerprint === undefined) return refuse("the description does not have exactly one certificate fingerprint");
  const digest = parseFingerprint(fingerprint);
  if (digest === undefined) return refuse("the certificate fingerprint is not SHA-256");
  const ufrag = only(attributes(lines, "ice-ufrag"));
  const pwd = only(attributes(lines, "ice-pwd"));
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(ufrag ?? "") || !/^[A-Za-z0-9+/]{22,256}$/.test(pwd ?? ""))
    return refuse("the description does not have exactly one pair of ICE credentials");
  return { ok: true, value: { fingerprint: digest, ufrag: ufrag as string, pwd: pwd as string } };
}

/** Values of an attribute wherever it stands; a name in odd case counts too, so that it cannot hide a second value. */
function attributes(lines: readonly string[], name: string): string[] {
  return lines.flatMap((line) => {
    const colon = line.indexOf(":");
    if (!line.startsWith("a=") || colon < 0) return [];
    return line.slice(2, colon).trim().toLowerCase() === name ? [line.slice(colon + 1)] : [];
  });
}

/** The one distinct value, if there is exactly one. */
function only(values: readonly string[]): string | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

function parseFingerprint(value: string): Uint8Array | undefined {
  const match = /^sha-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$/i.exec(value);
  const hex = match?.[1];
  return hex === undefined ? undefined : Uint8Array.from(hex.split(":"), (pair) => Number.parseInt(pair, 16));
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
