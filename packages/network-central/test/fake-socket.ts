import {
  type CentralFrame,
  type CentralReply,
  type CentralRequest,
  decodeRequestFrame,
  encodeReplyFrame,
} from "@skein/wire";

/** A WebSocket whose other end is the test. */
export interface FakeSocket {
  readonly url: string;
  readonly socket: WebSocket;
  /** What the client sent, oldest first. */
  readonly sent: CentralFrame<CentralRequest>[];
  /** Whether the client closed it. */
  readonly closedByClient: boolean;
  say(reply: CentralReply): void;
  /** The server, or the cable, ends it. */
  drop(code?: number, reason?: string): void;
}

/** Makes an open one. */
export function createFakeSocket(url: string): FakeSocket {
  const target = new EventTarget();
  const sent: CentralFrame<CentralRequest>[] = [];
  let readyState: number = WebSocket.OPEN;
  let closedByClient = false;
  Object.defineProperty(target, "readyState", { get: () => readyState });
  const socket = Object.assign(target, {
    binaryType: "blob",
    send(bytes: Uint8Array): void {
      const frame = decodeRequestFrame(bytes);
      if (!frame.ok) throw new Error(`the client sent ${frame.reason}`);
      sent.push(frame.value);
    },
    close(): void {
      closedByClient = true;
      readyState = WebSocket.CLOSED;
    },
  }) as unknown as WebSocket;
  return {
    url,
    socket,
    sent,
    get closedByClient() {
      return closedByClient;
    },
    say: (reply) => target.dispatchEvent(new MessageEvent("message", { data: encodeReplyFrame(reply).buffer })),
    drop(code = 1006, reason = "") {
      readyState = WebSocket.CLOSED;
      target.dispatchEvent(new CloseEvent("close", { code, reason }));
    },
  };
}
