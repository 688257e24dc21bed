import type { PrivateKey } from "@libp2p/interface";
import { type Channel, type Clock, type DeviceId, NetworkError, type Protocol } from "@skein/core";
import { createChannel } from "./channel.ts";
import { DIAL_TIMEOUT_MS } from "./defaults.ts";
import { shakeHands } from "./handshake.ts";
import type { PipeStream } from "./pipe-stream.ts";
import type { Pipes } from "./pipes.ts";

/** Whom to reach, for what, and through which server. */
export interface Dial {
  readonly device: DeviceId;
  readonly protocol: Protocol;
  readonly url: string;
  readonly privateKey: PrivateKey;
}

/**
 * Opens a pipe and proves the device at its other end. The first handshake message goes out with the request, so a dial
 * takes one round trip. Rejects `unreachable`, `unsupported`, `peer-mismatch`, `offline`, `stopped` or the abort reason.
 */
export async function dialDevice(
  dial: Dial,
  dependencies: { readonly pipes: Pipes; readonly clock: Clock; readonly onBadPeer: (reason: string) => void },
  signal: AbortSignal,
): Promise<Channel> {
  const { pipes, clock, onBadPeer } = dependencies;
  const failed = new AbortController();
  const pipe: PipeStream = pipes.dial(dial.device, dial.protocol, (why) => failed.abort(why));
  const cancel = clock.at(clock.now() + DIAL_TIMEOUT_MS, () =>
    failed.abort(new NetworkError("unreachable", "the device did not answer in time")),
  );
  try {
    const both = AbortSignal.any([signal, failed.signal]);
    const secured = await shakeHands(pipe, { ...dial, peer: dial.device }, both);
    return createChannel({ by: dial.url }, { secured, pipe, clock, onBadPeer });
  } catch (error) {
    pipe.end("ended");
    throw error;
  } finally {
    cancel();
  }
}
