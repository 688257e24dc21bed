import type { Channel, DeviceId, UserId } from "@skein/core";
import { introduction, type Parsed } from "@skein/wire";
import { type Card, verifyCard } from "./card.ts";
import { type Certificate, verifyCertificate } from "./certificate.ts";
import { refuse } from "./record.ts";

/** Who is at the other end of a channel: a device, proven by the channel, and its user, proven by the certificate. */
export interface Introduced {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly certificate: Certificate;
  readonly card: Card;
}

/** The bytes to send first on every channel. */
export function introduce(own: { readonly certificate: Uint8Array; readonly card: Uint8Array }): Uint8Array {
  return introduction.encode(own);
}

/**
 * Reads the first message of a channel and checks that certificate and card belong together and to the channel's peer.
 * `now` in ms.
 */
export function readIntroduction(first: Uint8Array, channel: Pick<Channel, "peer">, now: number): Parsed<Introduced> {
  const message = introduction.decode(first);
  if (!message.ok) return message;
  const certificate = verifyCertificate(message.value.certificate, now);
  if (!certificate.ok) return certificate;
  const card = verifyCard(message.value.card);
  if (!card.ok) return card;
  if (certificate.value.device !== channel.peer) return refuse("introduction: the certificate names another device");
  if (certificate.value.user !== card.value.user) return refuse("introduction: card and certificate name two users");
  const { user, device } = certificate.value;
  return { ok: true, value: { user, device, certificate: certificate.value, card: card.value } };
}
