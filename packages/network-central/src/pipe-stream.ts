import { AbstractMessageStream, type SendResult } from "@libp2p/utils";
import { MAX_PIPE_CHUNK_BYTES, PIPE_WINDOW_BYTES, type PipeEnd } from "@skein/wire";
import { quietLogger } from "./quiet-logger.ts";

/** What a pipe sends through the link to the server. */
export interface PipeLine {
  sendData(bytes: Uint8Array): void;
  sendCredit(sizeBytes: number): void;
  sendClose(end: PipeEnd): void;
}

type Chunk = Parameters<AbstractMessageStream["sendData"]>[0];

/** Credit is given back in pieces of at least this, so that it costs one small frame in four. */
const CREDIT_STEP_BYTES = PIPE_WINDOW_BYTES / 4;

/**
 * One pipe through the server as a libp2p stream, for Noise to run over. Sends at most a window ahead of what the other
 * side has taken in (CE22); what it may not send yet waits in the stream's write buffer.
 */
export class PipeStream extends AbstractMessageStream {
  readonly #line: PipeLine;
  #creditBytes = PIPE_WINDOW_BYTES;
  #owedBytes = 0;
  #held = false;

  constructor(options: { readonly direction: "inbound" | "outbound" }, dependencies: { readonly line: PipeLine }) {
    super({
      log: quietLogger,
      direction: options.direction,
      maxMessageSize: MAX_PIPE_CHUNK_BYTES,
      maxReadBufferLength: 2 * PIPE_WINDOW_BYTES,
    });
    this.#line = dependencies.line;
  }

  /** Bytes arrived from the server. A server that sends more than the window allows ends the pipe. */
  receive(bytes: Uint8Array): void {
    if (this.status !== "open") return;
    this.#owedBytes += bytes.byteLength;
    if (this.#owedBytes > PIPE_WINDOW_BYTES) {
      this.abort(new RangeError("the server sent more than the window allows"));
      return;
    }
    this.onData(bytes);
    this.#grant();
  }

  /** The other side took in so many bytes. */
  addCredit(sizeBytes: number): void {
    this.#creditBytes = Math.min(PIPE_WINDOW_BYTES, this.#creditBytes + sizeBytes);
    this.safeDispatchEvent("drain");
  }

  /** Gives no credit until {@link release}: the reader has enough to do. */
  hold(): void {
    this.#held = true;
  }

  /** Gives credit again, and what was withheld. */
  release(): void {
    this.#held = false;
    this.#grant();
  }

  /** The server says the pipe ended, or the link is gone. */
  ended(): void {
    if (this.status === "open") this.onTransportClosed();
  }

  /** Ends the pipe for both sides at once; what is still buffered is lost. */
  end(end: PipeEnd): void {
    if (this.status !== "open") return;
    this.#line.sendClose(end);
    this.onTransportClosed();
  }

  sendData(data: Chunk): SendResult {
    const sentBytes = Math.min(data.byteLength, this.#creditBytes);
    if (sentBytes > 0) this.#line.sendData(data.subarray(0, sentBytes));
    this.#creditBytes -= sentBytes;
    return { sentBytes, canSendMore: this.#creditBytes > 0 };
  }

  sendReset(): void {
    this.#line.sendClose("protocol-error");
  }

  sendPause(): void {
    this.hold();
  }

  sendResume(): void {
    this.release();
  }

  close(): Promise<void> {
    this.end("ended");
    return Promise.resolve();
  }

  #grant(): void {
    if (this.#held || this.#owedBytes < CREDIT_STEP_BYTES || this.status !== "open") return;
    this.#line.sendCredit(this.#owedBytes);
    this.#owedBytes = 0;
  }
}
