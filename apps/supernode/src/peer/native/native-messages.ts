import type { IceServer } from "@skein/core";

/** A key pair for DTLS, as PEM text. */
export interface DtlsCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** How a native connection is made. */
export interface NativeOptions {
  readonly iceServers: readonly IceServer[];
  readonly policy: "all" | "relay";
  readonly certificate: DtlsCertificate;
  /** Number of the stream we send. */
  readonly ssrc: number;
}

/** Where a native connection stands; `encryption-failed`: ICE found a way, DTLS did not. */
export type NativeState = "connecting" | "connected" | "interrupted" | "failed" | "encryption-failed" | "closed";

/** One end of the pair in use. */
export interface NativeCandidate {
  readonly type: string;
  readonly address: string;
}

/** What the library tells of a connection. */
export interface NativeFigures {
  readonly local: NativeCandidate | undefined;
  readonly remote: NativeCandidate | undefined;
  /** SHA-256 in hex with colons. */
  readonly remoteFingerprint: string | undefined;
}

/** What the program asks of the media process. `id` names a connection; `request` is answered by that number. */
export type ToNative =
  | { readonly kind: "open"; readonly id: number; readonly options: NativeOptions }
  | { readonly kind: "offer"; readonly id: number; readonly request: number }
  | { readonly kind: "answer" | "accept"; readonly id: number; readonly request: number; readonly sdp: string }
  | { readonly kind: "candidate"; readonly id: number; readonly text: string }
  | { readonly kind: "figures"; readonly id: number; readonly request: number }
  | { readonly kind: "packets"; readonly packets: readonly AddressedPacket[] }
  | { readonly kind: "close"; readonly id: number };

/** An RTP or RTCP packet and the connection it belongs to. */
export type AddressedPacket = readonly [id: number, packet: Uint8Array];

/** What the media process says. */
export type FromNative =
  | { readonly kind: "ready"; readonly library: string }
  | { readonly kind: "result"; readonly request: number; readonly value: string | NativeFigures | undefined }
  | { readonly kind: "refused"; readonly request: number; readonly reason: string }
  | { readonly kind: "candidate"; readonly id: number; readonly text: string }
  | { readonly kind: "gathered"; readonly id: number }
  | { readonly kind: "state"; readonly id: number; readonly state: NativeState }
  | { readonly kind: "packets"; readonly packets: readonly AddressedPacket[] };
