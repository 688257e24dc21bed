import { generateKeyPairFromSeed, publicKeyFromRaw } from "@libp2p/crypto/keys";
import type { PeerId, PrivateKey } from "@libp2p/interface";
import { peerIdFromPublicKey, peerIdFromString } from "@libp2p/peer-id";
import { type DeviceId, deviceIdFromKey, keyFromId } from "@skein/core";

/** A device id and a libp2p peer id are the same Ed25519 key, written in two ways; this file is the only bridge. */

/** The libp2p name of a device. */
export function peerIdOf(device: DeviceId): PeerId {
  return peerIdFromPublicKey(publicKeyFromRaw(keyFromId(device)));
}

/** The device behind a libp2p peer id, or `undefined` for one that is not an Ed25519 key. */
export function deviceOf(peer: PeerId): DeviceId | undefined {
  return peer.type === "Ed25519" ? deviceIdFromKey(peer.publicKey.raw) : undefined;
}

/** The device behind a peer id as text, or `undefined` when it is not an Ed25519 peer id. */
export function deviceOfText(text: string): DeviceId | undefined {
  try {
    return deviceOf(peerIdFromString(text));
  } catch {
    return undefined;
  }
}

/** The libp2p private key of a 32-byte Ed25519 seed. */
export function privateKeyOf(seed: Uint8Array): Promise<PrivateKey> {
  return generateKeyPairFromSeed("Ed25519", seed);
}
