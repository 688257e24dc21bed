import type { DeviceId, UserId } from "@skein/core";
import { type CentralReply, encodeDataFrame } from "@skein/wire";
import { type Allowance, createAllowance } from "./allowance.ts";
import type { Exchange } from "./exchange.ts";
import type { PipeEndpoint } from "./pipes.ts";

/** A device that is logged in, as the rest of the server sees it. */
export interface Session extends PipeEndpoint {
  readonly user: UserId;
  /** Users it watches; written only by the directory. */
  readonly watched: Set<UserId>;
  /** Pieces of mail it may deposit. */
  readonly deposits: Allowance;
  send(reply: CentralReply): void;
  /** Closes its connection with a code of `CENTRAL_CLOSE` and a sentence. */
  end(code: number, reason: string): void;
}

/** The connection under a session. */
export interface SessionLine {
  send(reply: CentralReply): void;
  sendFrame(frame: Uint8Array): void;
  end(code: number, reason: string): void;
}

/** Makes the session of a device that has just logged in. */
export function openSession(
  who: { readonly user: UserId; readonly device: DeviceId },
  { limits, clock, outgoing, metrics }: Pick<Exchange, "limits" | "clock" | "outgoing" | "metrics">,
  line: SessionLine,
): Session {
  const rate = { perSecond: limits.depositsPerSecond, burst: limits.depositsBurst };
  return {
    ...who,
    watched: new Set(),
    deposits: createAllowance(rate, clock.now()),
    send: line.send,
    sendControl: line.send,
    sendData(pipe, bytes) {
      if (outgoing.sizeBytes + bytes.byteLength > limits.maxBufferedBytesTotal) return "full";
      metrics.pipeBytes.inc(bytes.byteLength);
      line.sendFrame(encodeDataFrame(pipe, bytes));
      return "sent";
    },
    end: line.end,
  };
}
