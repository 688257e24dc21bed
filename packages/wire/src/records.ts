import * as v from "valibot";
import { defineFormat, type Format } from "./codec.ts";
import { bytesUpTo, counter, key, line, listUpTo, time } from "./fields.ts";

/** Payloads of signed records. The envelope around them is `signed.ts`; who may sign what is `@skein/identity`. */

/** Largest device certificate, envelope included, in bytes. */
export const MAX_CERTIFICATE_BYTES = 512;
/** Largest presence record, envelope included, in bytes. */
export const MAX_PRESENCE_BYTES = 1024;
/** Largest contact card, envelope included, in bytes: it must fit a QR code. */
export const MAX_CARD_BYTES = 768;
/** Largest supernode ad, envelope included, in bytes. */
export const MAX_AD_BYTES = 2048;
/** Most ads in one signed list. */
export const MAX_ADS = 8;

/** U says: D is one of my devices. Signed by U; the envelope's key is U. */
export interface CertificatePayload {
  readonly v: 1;
  readonly device: Uint8Array;
  /** What its owner calls it, e.g. "Chrome on Linux". */
  readonly name: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Version of the device list this certificate belongs to. */
  readonly listVersion: number;
}

/** Format of {@link CertificatePayload}. */
export const certificatePayload: Format<CertificatePayload> = defineFormat(
  "device-certificate",
  MAX_CERTIFICATE_BYTES,
  v.object({ v: v.literal(1), device: key, name: line(64), issuedAt: time, expiresAt: time, listVersion: counter }),
);

const availability = v.picklist(["online", "away", "offline"]);
const via = v.object({ supernode: key, addresses: listUpTo(line(256), 2) });

/** D says: here is where I can be reached. Signed by D; the envelope's key is D. */
export interface PresencePayload {
  readonly v: 1;
  /** The signed certificate that makes D a device of its user. */
  readonly certificate: Uint8Array;
  readonly sequence: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly availability: "online" | "away" | "offline";
  readonly via: { readonly supernode: Uint8Array; readonly addresses: string[] }[];
}

/** Format of {@link PresencePayload}. */
export const presencePayload: Format<PresencePayload> = defineFormat(
  "presence",
  MAX_PRESENCE_BYTES,
  v.object({
    v: v.literal(1),
    certificate: bytesUpTo(MAX_CERTIFICATE_BYTES),
    sequence: counter,
    issuedAt: time,
    expiresAt: time,
    availability,
    via: listUpTo(via, 3),
  }),
);

/** What one person hands another: name and where to ask first. Signed by U. */
export interface CardPayload {
  readonly v: 1;
  readonly name: string;
  /** Addresses of supernodes (multiaddr with /p2p/) that have known this person. */
  readonly hints: string[];
}

/** Format of {@link CardPayload}. */
export const cardPayload: Format<CardPayload> = defineFormat(
  "contact-card",
  MAX_CARD_BYTES,
  v.object({ v: v.literal(1), name: line(64), hints: listUpTo(line(256), 2) }),
);

/** What a supernode says of its service; builds before 0.2 leave it out. Its own word, which proves nothing. */
export interface ServingReport {
  /** `settling`: announced, not yet open to leaves. `leaving`: on its way out. */
  readonly phase: "settling" | "open" | "leaving";
  /** Since when it serves, ms. */
  readonly since: number;
  readonly slots: number;
  readonly leaves: number;
  /** Leaves turned away in the last minute. */
  readonly turnedAway: number;
  /** Of the nodes whose home it is, those that would serve. */
  readonly candidates: number;
}

/** A supernode says: I serve, here. Signed by its device key. */
export interface AdPayload {
  readonly v: 1;
  /** Multiaddrs without /p2p/, wss and ws first, then webrtc-direct. */
  readonly addresses: string[];
  /** Self-declared build, e.g. `skein-0.1.0+ab12cd3`. */
  readonly build: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Share of its capacity in use, percent. */
  readonly loadPct: number;
  readonly freeSlots: number;
  readonly serving?: ServingReport | undefined;
}

const servingReport = v.object({
  phase: v.picklist(["settling", "open", "leaving"]),
  since: time,
  slots: counter,
  leaves: counter,
  turnedAway: counter,
  candidates: counter,
});

/** Format of {@link AdPayload}. */
export const adPayload: Format<AdPayload> = defineFormat(
  "supernode-ad",
  MAX_AD_BYTES,
  v.object({
    v: v.literal(1),
    addresses: listUpTo(line(256), 6),
    build: line(64),
    issuedAt: time,
    expiresAt: time,
    loadPct: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
    freeSlots: counter,
    serving: v.optional(servingReport),
  }),
);

/** The host of a page says: these supernodes, and perhaps this central server, serve my visitors. Signed by the host. */
export interface SupernodeListPayload {
  readonly v: 1;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Signed supernode ads. */
  readonly ads: Uint8Array[];
  /** WebSocket address of a central server. */
  readonly central?: string | undefined;
}

/** Format of {@link SupernodeListPayload}. */
export const supernodeListPayload: Format<SupernodeListPayload> = defineFormat(
  "supernode-list",
  MAX_ADS * (MAX_AD_BYTES + 8) + 512,
  v.object({
    v: v.literal(1),
    issuedAt: time,
    expiresAt: time,
    ads: listUpTo(bytesUpTo(MAX_AD_BYTES), MAX_ADS),
    central: v.optional(line(256)),
  }),
);
