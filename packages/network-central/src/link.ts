import { type Clock, NetworkError, type TrafficMeter } from "@skein/core";
import type { Account } from "@skein/identity";
import { signRecord } from "@skein/identity";
import {
  CENTRAL_CLOSE,
  type CentralReply,
  type CentralRequest,
  decodeReplyFrame,
  encodeDataFrame,
  encodeRequestFrame,
  loginPayload,
} from "@skein/wire";
import { LOGIN_TIMEOUT_MS, SILENCE_TIMEOUT_MS } from "./defaults.ts";

/** Opens a WebSocket; the global one unless a test wants its own. */
export type ConnectWebSocket = (url: string) => WebSocket;

/** How a link ended: by us, by an accident (connect again), or for good (do not). */
export type LinkEnd =
  | { readonly kind: "stopped" }
  | { readonly kind: "lost" | "refused"; readonly error: NetworkError };

/** A connection to the server on which this device is logged in. */
export interface Link {
  /** Sends a control frame; nothing once it has ended. */
  send(message: CentralRequest): void;
  sendData(pipe: number, bytes: Uint8Array): void;
  readonly ended: Promise<LinkEnd>;
  /** Ends it because of what the server sent. */
  violation(reason: string): void;
  close(): void;
}

/** Who gets what the server sends after the welcome. */
export interface LinkListener {
  onReply(reply: CentralReply): void;
  onData(pipe: number, bytes: Uint8Array): void;
}

/** What a link is made of. */
export interface LinkDependencies {
  readonly account: Account;
  readonly clock: Clock;
  readonly connect: ConnectWebSocket;
  readonly meter?: TrafficMeter | undefined;
  /** Called with the link at its welcome, before anything else arrives. */
  readonly onOpen: (link: Link) => LinkListener;
}

type State =
  | { readonly kind: "awaiting-challenge" | "awaiting-welcome" | "ended" }
  | { readonly kind: "live"; readonly listener: LinkListener };

const NOT_BINARY = { ok: false, reason: "not a binary frame" } as const;

/**
 * Connects and logs in (CE1–CE4). The login names the origin we dialled, so that a server in between cannot use it at
 * another. Never rejects: a link that could not open has ended.
 */
export function openLink(options: { readonly url: string }, dependencies: LinkDependencies): Link {
  const { account, clock, meter, onOpen } = dependencies;
  const ended = Promise.withResolvers<LinkEnd>();
  let state: State = { kind: "awaiting-challenge" };
  let heardAt = clock.now();
  let cancelTimer = clock.at(heardAt + LOGIN_TIMEOUT_MS, () => lose("the central server did not answer in time"));
  let socket: WebSocket | undefined;

  const link: Link = {
    send: (message) => sendFrame(encodeRequestFrame(message)),
    sendData: (pipe, bytes) => sendFrame(encodeDataFrame(pipe, bytes)),
    ended: ended.promise,
    violation: (reason) => lose(`the central server broke the protocol: ${reason}`),
    close: () => end({ kind: "stopped" }),
  };

  function dial(): void {
    try {
      socket = dependencies.connect(options.url);
    } catch (cause) {
      const error = new NetworkError("offline", `not an address of a central server: ${options.url}`, { cause });
      end({ kind: "refused", error });
      return;
    }
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", (event) => receive(event.data));
    socket.addEventListener("close", (event) => end(endOf(event)));
    // `close` follows and carries what is known.
    socket.addEventListener("error", () => {});
  }

  function sendFrame(frame: Uint8Array<ArrayBuffer>): void {
    if (state.kind !== "ended" && socket?.readyState === WebSocket.OPEN) {
      socket.send(frame);
      meter?.count(frame.byteLength, "mine");
    }
  }

  function end(how: LinkEnd): void {
    if (state.kind === "ended") return;
    state = { kind: "ended" };
    cancelTimer();
    socket?.close(1000);
    ended.resolve(how);
  }

  function lose(reason: string): void {
    end({ kind: "lost", error: new NetworkError("offline", reason) });
  }

  function receive(data: unknown): void {
    if (state.kind === "ended") return;
    const frame = data instanceof ArrayBuffer ? decodeReplyFrame(new Uint8Array(data)) : NOT_BINARY;
    heardAt = clock.now();
    if (data instanceof ArrayBuffer) meter?.count(data.byteLength, "mine");
    if (!frame.ok) link.violation(frame.reason);
    else if (frame.value.kind === "control") receiveControl(frame.value.message);
    else if (state.kind === "live") state.listener.onData(frame.value.pipe, frame.value.bytes);
    else link.violation("data before the welcome");
  }

  function receiveControl(reply: CentralReply): void {
    if (state.kind === "live") {
      if (reply.kind === "ping") link.send({ kind: "pong" });
      else state.listener.onReply(reply);
    } else if (state.kind === "awaiting-challenge" && reply.kind === "challenge") {
      state = { kind: "awaiting-welcome" };
      logIn(reply.nonce);
    } else if (state.kind === "awaiting-welcome" && reply.kind === "welcome") {
      state = { kind: "live", listener: onOpen(link) };
      cancelTimer();
      listenForSilence();
    } else {
      link.violation(`${reply.kind} during the login`);
    }
  }

  function logIn(nonce: Uint8Array): void {
    const payload = { v: 1, nonce, server: new URL(options.url).origin } as const;
    const proof = signRecord("central-login", loginPayload, payload, account.deviceKey);
    link.send({ kind: "login", certificate: account.certificate, proof });
  }

  function listenForSilence(): void {
    cancelTimer = clock.at(heardAt + SILENCE_TIMEOUT_MS, () => {
      if (clock.now() - heardAt >= SILENCE_TIMEOUT_MS) lose("the central server fell silent");
      else listenForSilence();
    });
  }

  dial();
  return link;
}

function endOf(event: { readonly code: number; readonly reason: string }): LinkEnd {
  const said = event.reason === "" ? "" : `: ${event.reason}`;
  if (event.code === CENTRAL_CLOSE.loginRefused)
    return { kind: "refused", error: new NetworkError("refused", `the central server refused the login${said}`) };
  if (event.code === CENTRAL_CLOSE.superseded)
    return { kind: "refused", error: new NetworkError("refused", `the central server ended the session${said}`) };
  return { kind: "lost", error: new NetworkError("offline", `no connection to the central server${said}`) };
}
