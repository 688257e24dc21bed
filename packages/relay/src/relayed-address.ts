import { ATTRIBUTE, type ErrorCode, FAMILY_IPV4, FAMILY_IPV6 } from "./specification.ts";
import { attributeValue, type StunMessage } from "./stun-message.ts";

/**
 * What an Allocate request asks of the relayed address that it cannot have, in the order of RFC 8656 §7.2 steps 5–9;
 * undefined when it can. One IPv4 port is given; the next is not kept for later, as browsers send RTCP along with RTP.
 */
export function relayedAddressRefusal(message: StunMessage): ErrorCode | undefined {
  const family = attributeValue(message, ATTRIBUTE.requestedAddressFamily);
  const extraFamily = attributeValue(message, ATTRIBUTE.additionalAddressFamily);
  const evenPort = attributeValue(message, ATTRIBUTE.evenPort);
  if (attributeValue(message, ATTRIBUTE.reservationToken) !== undefined)
    return evenPort !== undefined || family !== undefined || extraFamily !== undefined ? 400 : 508;
  if (family !== undefined && extraFamily !== undefined) return 400;
  return (
    familyRefusal(family) ?? evenPortRefusal(evenPort, extraFamily) ?? (isExtraFamily(extraFamily) ? undefined : 400)
  );
}

function familyRefusal(family: Buffer | undefined): ErrorCode | undefined {
  if (family === undefined) return undefined;
  if (family.length !== 4) return 400;
  return family.readUInt8(0) === FAMILY_IPV4 ? undefined : 440;
}

function evenPortRefusal(evenPort: Buffer | undefined, extraFamily: Buffer | undefined): ErrorCode | undefined {
  if (evenPort === undefined) return undefined;
  if (evenPort.length !== 1) return 400;
  // The R bit: keep the next port for a later request.
  if ((evenPort.readUInt8(0) & 0x80) === 0) return undefined;
  return extraFamily === undefined ? 508 : 400;
}

/** Absent or IPv6: asking for IPv4 besides IPv4 makes no sense. */
function isExtraFamily(family: Buffer | undefined): boolean {
  return family === undefined || (family.length === 4 && family.readUInt8(0) === FAMILY_IPV6);
}
