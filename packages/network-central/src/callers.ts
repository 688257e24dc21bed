import type { PrivateKey } from "@libp2p/interface";
import { type Channel, type Clock, NetworkError, type Protocol, type Report } from "@skein/core";
import type { PipeEnd } from "@skein/wire";
import { createChannel } from "./channel.ts";
import { HANDSHAKE_TIMEOUT_MS, MAX_INBOUND_HANDSHAKES } from "./defaults.ts";
import { shakeHands } from "./handshake.ts";
import type { PipeStream } from "./pipe-stream.ts";
import type { Caller } from "./pipes.ts";

/** Answers devices that dial us. */
export interface Callers {
  /** Begins the handshake, or says why not. */
  answer(caller: Caller, pipe: PipeStream, privateKey: PrivateKey): PipeEnd | undefined;
}

/** Makes the answering side. `listenerOf` gives who takes channels of a protocol; `onChannel` hears of each before it. */
export function createCallers(
  options: { readonly url: string },
  dependencies: {
    readonly clock: Clock;
    readonly report: Report;
    readonly listenerOf: (protocol: Protocol) => ((channel: Channel) => void) | undefined;
    readonly onChannel: (channel: Channel) => void;
  },
): Callers {
  const { clock, report, listenerOf, onChannel } = dependencies;
  let underWay = 0;

  async function prove(caller: Caller, pipe: PipeStream, privateKey: PrivateKey): Promise<void> {
    const late = new AbortController();
    const cancel = clock.at(clock.now() + HANDSHAKE_TIMEOUT_MS, () =>
      late.abort(new NetworkError("unreachable", "the device did not finish the handshake in time")),
    );
    const onBadPeer = (reason: string): void =>
      report({ name: "peer.bad-message", peer: caller.device, protocol: caller.protocol, reason });
    try {
      const handshake = { privateKey, peer: caller.device, protocol: caller.protocol };
      const secured = await shakeHands(pipe, handshake, late.signal);
      const listener = listenerOf(caller.protocol);
      if (listener === undefined) return pipe.end("unsupported");
      const channel = createChannel({ by: options.url }, { secured, pipe, clock, onBadPeer });
      onChannel(channel);
      listener(channel);
    } catch (error) {
      if (error instanceof NetworkError && error.code === "peer-mismatch") onBadPeer(error.message);
      pipe.end("ended");
    } finally {
      underWay -= 1;
      cancel();
    }
  }

  return {
    answer(caller, pipe, privateKey) {
      if (listenerOf(caller.protocol) === undefined) return "unsupported";
      if (underWay >= MAX_INBOUND_HANDSHAKES) return "refused";
      underWay += 1;
      // Never rejects; it counts itself out.
      void prove(caller, pipe, privateKey);
      return undefined;
    },
  };
}
