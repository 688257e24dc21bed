import { noise } from "@chainsafe/libp2p-noise";
import type { MessageStream, PrivateKey, Upgrader } from "@libp2p/interface";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { type DeviceId, NetworkError, type Protocol } from "@skein/core";
import { deviceFromPeerId, peerIdFromDevice } from "./device-key.ts";
import type { PipeStream } from "./pipe-stream.ts";
import { quietLogging } from "./quiet-logger.ts";

/** An encrypted stream to a device that proved its key. */
export interface Secured {
  readonly stream: MessageStream;
  readonly peer: DeviceId;
}

/** Who shakes hands with whom, about what. */
export interface HandshakeOptions {
  readonly privateKey: PrivateKey;
  /** The device that must be at the other end. */
  readonly peer: DeviceId;
  readonly protocol: Protocol;
}

/** No muxer runs over a pipe: it is one stream already. */
const noMuxers = { getStreamMuxers: () => new Map() } as unknown as Upgrader;

/**
 * Runs Noise XX (libp2p's payload, which ties the static key to the device key) over a pipe, end to end between the two
 * devices (CE24). The protocol is part of the prologue, so the server cannot lead a chat pipe to a call listener. Rejects
 * `peer-mismatch` when the other end is not the device asked for or the handshake was altered, `unreachable` when the pipe
 * ended before, or with the reason of `signal`.
 */
export async function shakeHands(pipe: PipeStream, options: HandshakeOptions, signal: AbortSignal): Promise<Secured> {
  const { privateKey, peer, protocol } = options;
  const encrypter = noise({ prologueBytes: new TextEncoder().encode(`skein/central/1${protocol}`) })({
    peerId: peerIdFromPrivateKey(privateKey),
    privateKey,
    logger: quietLogging,
    upgrader: noMuxers,
  });
  const wish = { remotePeer: peerIdFromDevice(peer), skipStreamMuxerNegotiation: true, signal };
  try {
    const { connection, remotePeer } =
      pipe.direction === "outbound"
        ? await encrypter.secureOutbound(pipe, wish)
        : await encrypter.secureInbound(pipe, wish);
    return { stream: connection, peer: deviceFromPeerId(remotePeer) };
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, pipe);
  }
}

function explain(error: unknown, pipe: PipeStream): NetworkError {
  if (error instanceof Error && error.name === "UnexpectedPeerError")
    return new NetworkError(
      "peer-mismatch",
      "the central server connected us to another device than the one asked for",
      { cause: error },
    );
  if (pipe.status !== "open")
    return new NetworkError("unreachable", "the connection ended before the other device proved its key", {
      cause: error,
    });
  return new NetworkError(
    "peer-mismatch",
    "the other end did not prove its key: the handshake was altered on its way",
    {
      cause: error,
    },
  );
}
