import { deviceIdFromKey, type UserId, userIdFromKey } from "@skein/core";
import { verifyDurable } from "@skein/identity";
import type { CentralReply, CentralRequest } from "@skein/wire";
import type { Exchange } from "./exchange.ts";
import { PUBLISH_COST, REQUEST_COST } from "./limits.ts";
import type { Session } from "./session.ts";

/** What a logged-in device may send, once and again. */
export type LiveRequest = Exclude<CentralRequest, { kind: "login" | "pong" }>;

/** What a request came to: what it costs of the session's allowance, and what was wrong enough to end the session. */
export interface RequestOutcome {
  readonly cost: number;
  readonly fault?: string;
}

const USUAL: RequestOutcome = { cost: REQUEST_COST };

/** A fault as part of an outcome. */
export function faultOf(fault: string | undefined): { readonly fault?: string } {
  return fault === undefined ? {} : { fault };
}

/** Answers one request of a session (CE10–CE41). */
export function answerRequest(request: LiveRequest, session: Session, exchange: Exchange): RequestOutcome {
  exchange.metrics.requests.inc({ kind: request.kind });
  switch (request.kind) {
    case "publish": {
      const outcome = exchange.directory.publish(session, request.presence);
      session.send(outcome.ok ? { kind: "done", id: request.id } : refused(request.id, outcome.reason));
      return { cost: PUBLISH_COST };
    }
    case "find": {
      const presences = exchange.directory.find(userIdFromKey(request.user)).map((presence) => presence.bytes);
      session.send({ kind: "found", id: request.id, presences });
      return USUAL;
    }
    case "publish-durable":
      session.send(publishDurable(request, session, exchange));
      return { cost: PUBLISH_COST };
    case "find-durable": {
      const records = [...exchange.durables.of(userIdFromKey(request.user), exchange.clock.now())];
      session.send({ kind: "durables", id: request.id, records });
      return USUAL;
    }
    case "watch":
      session.send(
        exchange.directory.watch(session, usersOf(request.users))
          ? { kind: "done", id: request.id }
          : refused(request.id, `watch: at most ${exchange.limits.maxWatched} users`),
      );
      return USUAL;
    case "unwatch":
      exchange.directory.unwatch(session, usersOf(request.users));
      session.send({ kind: "done", id: request.id });
      return USUAL;
    case "deposit":
      session.send(deposit(request, session, exchange));
      return USUAL;
    case "collect":
      session.send({ kind: "mail", id: request.id, ...mailPage(request.after, session, exchange) });
      return USUAL;
    case "acknowledge":
      exchange.mailbox.acknowledge(session.device, request.pieces);
      session.send({ kind: "done", id: request.id });
      return USUAL;
    case "credentials":
      session.send(credentials(request.id, session, exchange));
      return USUAL;
    default:
      return switchPipe(request, session, exchange);
  }
}

function switchPipe(
  request: Extract<LiveRequest, { kind: "open" | "credit" | "close" }>,
  session: Session,
  { pipes, sessions }: Exchange,
): RequestOutcome {
  let fault: string | undefined;
  if (request.kind === "open")
    fault = pipes.dial(session, request.pipe, sessions.get(deviceIdFromKey(request.device)), request.protocol);
  else if (request.kind === "credit") fault = pipes.credit(session, request.pipe, request.sizeBytes);
  else pipes.close(session, request.pipe, request.end);
  return { ...USUAL, ...faultOf(fault) };
}

function deposit(
  request: Extract<LiveRequest, { kind: "deposit" }>,
  session: Session,
  { mailbox, clock, metrics }: Exchange,
): CentralReply {
  const now = clock.now();
  const outcome = session.deposits.take(1, now)
    ? mailbox.deposit(deviceIdFromKey(request.device), request.sealed, now)
    : "too-fast";
  metrics.deposits.inc({ outcome });
  if (outcome === "kept") return { kind: "done", id: request.id };
  const code = outcome === "too-fast" ? "busy" : "refused";
  return { kind: "failed", id: request.id, code, reason: `deposit: ${DEPOSIT_REASONS[outcome]}` };
}

const DEPOSIT_REASONS = {
  "too-fast": "too many pieces at once, send slower",
  "box-full": "the mailbox is full",
  "store-full": "this server has no room for more mail",
} as const;

/** A session keeps its own user's list and its own device's hint, nothing else. */
function publishDurable(
  request: Extract<LiveRequest, { kind: "publish-durable" }>,
  session: Session,
  { durables, clock }: Exchange,
): CentralReply {
  const now = clock.now();
  const record = verifyDurable(request.record, now);
  if (!record.ok) return refused(request.id, record.reason);
  const { kind, user } = record.value;
  if (user !== session.user || (kind === "mailbox-hint" && record.value.device !== session.device))
    return refused(request.id, `${kind}: it is somebody else's`);
  const outcome = durables.put(record.value, now);
  if (outcome === "old") return refused(request.id, `${kind}: its sequence is not above the last one`);
  if (outcome === "full") return refused(request.id, `${kind}: this server has no room for more`);
  return { kind: "done", id: request.id };
}

function mailPage(
  after: string | undefined,
  session: Session,
  { mailbox }: Exchange,
): Pick<Extract<CentralReply, { kind: "mail" }>, "pieces" | "next"> {
  const page = mailbox.page(session.device, after);
  return { ...page, pieces: [...page.pieces] };
}

function credentials(id: number, session: Session, { relay, clock, limits }: Exchange): CentralReply {
  if (relay === undefined) return refused(id, "credentials: this server has no relay for calls");
  const expiresAt = clock.now() + limits.credentialLifetimeMs;
  return { kind: "credentials", id, ...relay.credentialsFor(session.device, expiresAt), expiresAt };
}

function refused(id: number, reason: string): CentralReply {
  return { kind: "failed", id, code: "refused", reason };
}

function usersOf(keys: readonly Uint8Array[]): UserId[] {
  return keys.map((key) => userIdFromKey(key));
}
