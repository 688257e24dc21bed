import {
  CENTRAL_CLOSE,
  type CentralFrame,
  type CentralReply,
  type CentralRequest,
  decodeRequestFrame,
  encodeReplyFrame,
} from "@skein/wire";
import type { Exchange } from "./exchange.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";
import { checkLogin } from "./login.ts";
import { createOutbox, type Wire } from "./outbox.ts";
import { answerRequest, faultOf, type RequestOutcome } from "./requests.ts";
import { openSession, type Session } from "./session.ts";
import { createThrottle } from "./throttle.ts";

/** What a WebSocket tells its connection. */
export interface Connection {
  /** One binary message. */
  receive(frame: Uint8Array): void;
  /** The WebSocket is closed; idempotent. */
  closed(): void;
  /** Ends it from this side, with a WebSocket close code and a sentence. */
  end(code: number, reason: string): void;
}

/** How far a connection is. */
type State =
  | { readonly kind: "awaiting-login"; readonly nonce: Uint8Array }
  | { readonly kind: "live"; readonly session: Session; readonly heartbeat: Heartbeat }
  | { readonly kind: "ended" };

/** How long a peer may take to answer our close before the socket is cut, ms. */
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * Runs one connection: challenge, login, requests, pings, end (CE1–CE9). Anything that is not a frame, or not what this
 * moment allows, ends it; nothing a peer sends throws.
 */
export function runConnection(wire: Wire, exchange: Exchange): Connection {
  const { clock, limits, log, metrics } = exchange;
  const outbox = createOutbox(wire, exchange.outgoing);
  const throttle = createThrottle(
    { perSecond: limits.allowancePerSecond, burst: limits.allowanceBurst },
    { clock, socket: wire },
  );
  const nonce = exchange.random.bytes(32);
  let state: State = { kind: "awaiting-login", nonce };
  let cancelDeadline = clock.at(clock.now() + limits.loginTimeoutMs, () =>
    end(CENTRAL_CLOSE.loginTimeout, "no login in time", "login-timeout"),
  );
  send({ kind: "challenge", nonce });

  function send(reply: CentralReply): void {
    sendFrame(encodeReplyFrame(reply));
  }

  function sendFrame(frame: Uint8Array): void {
    if (state.kind === "ended") return;
    outbox.push(frame);
    if (outbox.sizeBytes > limits.maxBufferedBytes)
      end(CENTRAL_CLOSE.tooSlow, "too much waits to go out to this device", "too-slow");
  }

  function finish(): void {
    const before = state;
    state = { kind: "ended" };
    cancelDeadline();
    throttle.stop();
    outbox.release();
    if (before.kind !== "live") return;
    log.debug({ device: before.session.device.slice(0, 8) }, "session ended");
    before.heartbeat.stop();
    exchange.leave(before.session);
  }

  function end(code: number, reason: string, why: string): void {
    if (state.kind === "ended") return;
    metrics.ended.inc({ why });
    log.debug({ code, reason }, "ending a connection");
    finish();
    // A close reason has at most 123 bytes; ours are plain ASCII.
    wire.close(code, reason.slice(0, 120));
    wire.resume();
    // A peer that reads nothing never answers the close.
    cancelDeadline = clock.at(clock.now() + CLOSE_TIMEOUT_MS, () => wire.terminate());
  }

  function violation(reason: string): void {
    end(CENTRAL_CLOSE.protocolError, reason, "protocol-error");
  }

  function dead(): void {
    metrics.ended.inc({ why: "dead" });
    finish();
    wire.terminate();
  }

  function logIn(request: CentralRequest, nonceOfThis: Uint8Array): void {
    if (request.kind !== "login") {
      violation("log in first");
      return;
    }
    const outcome = checkLogin(request, { nonce: nonceOfThis, origins: exchange.origins(), now: clock.now() });
    metrics.logins.inc({ outcome: outcome.ok ? "ok" : "refused" });
    if (!outcome.ok) {
      log.info({ reason: outcome.reason }, "login refused");
      end(CENTRAL_CLOSE.loginRefused, outcome.reason, "login-refused");
      return;
    }
    cancelDeadline();
    const session = openSession(outcome.value, exchange, {
      send,
      sendFrame,
      end: (code, reason) => end(code, reason, "superseded"),
    });
    const heartbeat = startHeartbeat(
      { intervalMs: limits.pingIntervalMs },
      { clock, ping: () => send({ kind: "ping" }), excused: () => throttle.resting, onDead: dead },
    );
    state = { kind: "live", session, heartbeat };
    log.debug({ device: session.device.slice(0, 8) }, "session opened");
    exchange.enter(session);
    send({ kind: "welcome" });
  }

  /** What a frame costs, or what was wrong with it. */
  function serve(frame: CentralFrame<CentralRequest>, session: Session): RequestOutcome {
    if (frame.kind === "data") return { cost: 1, ...faultOf(exchange.pipes.data(session, frame.pipe, frame.bytes)) };
    const { message } = frame;
    if (message.kind === "pong") return { cost: 1 };
    if (message.kind === "login") return { cost: 1, fault: "logged in already" };
    return answerRequest(message, session, exchange);
  }

  function receiveLive(frame: CentralFrame<CentralRequest>, live: Extract<State, { kind: "live" }>): void {
    live.heartbeat.heard();
    const { cost, fault } = serve(frame, live.session);
    if (fault !== undefined) violation(fault);
    else if (state.kind === "live") throttle.spend(cost);
  }

  return {
    receive(bytes) {
      if (state.kind === "ended") return;
      const frame = decodeRequestFrame(bytes);
      if (!frame.ok) violation(frame.reason);
      else if (state.kind === "live") receiveLive(frame.value, state);
      else if (frame.value.kind === "data") violation("log in first");
      else logIn(frame.value.message, state.nonce);
    },
    closed() {
      if (state.kind !== "ended") finish();
      cancelDeadline();
    },
    end: (code, reason) => end(code, reason, "stopped"),
  };
}
