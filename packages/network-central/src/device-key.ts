import { generateKeyPairFromSeed, publicKeyFromRaw } from "@libp2p/crypto/keys";
import type { PeerId, PrivateKey } from "@libp2p/interface";
import { peerIdFromPublicKey } from "@libp2p/peer-id";
import { type DeviceId, deviceIdFromKey, keyFromId } from "@skein/core";

/** A device key as libp2p holds it: the same Ed25519 key, another wrapping. */

/** The private key of a device, from its 32-byte seed. */
export function privateKeyFromSeed(seed: Uint8Array): Promise<PrivateKey> {
  return generateKeyPairFromSeed("Ed25519", seed);
}

/** The libp2p peer id of a device. */
export function peerIdFromDevice(device: DeviceId): PeerId {
  return peerIdFromPublicKey(publicKeyFromRaw(keyFromId(device)));
}

/** The device behind a proven libp2p peer id. Throws `RangeError` when its key is not Ed25519. */
export function deviceFromPeerId(peer: PeerId): DeviceId {
  if (peer.type !== "Ed25519") throw new RangeError("a device key is an Ed25519 key");
  return deviceIdFromKey(peer.publicKey.raw);
}
