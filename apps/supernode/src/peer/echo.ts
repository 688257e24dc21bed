import type { MessageView, QualityView, Session, SessionState } from "@skein/client";
import type { UserId } from "@skein/core";

/** Begins every message of an echo; one that begins so is never echoed, or two echoes would talk for ever. */
export const ECHO_MARK = "↩ ";

/** Longest text said back, in characters; the rest is cut. */
const MAX_ECHO_LENGTH = 2_000;

/** What the measures of a call come to. */
export interface CallScore {
  readonly mos: number;
  readonly lossPct: number;
  readonly rttMs: number;
  /** How many seconds were measured. */
  readonly seconds: number;
}

/**
 * Makes a session a contact for trying things out: it accepts everybody who writes, says their messages back, answers calls
 * and sends what was measured when they end. Returns how to stop.
 */
export function runEcho(session: Session): () => void {
  const accepted = new Set<UserId>();
  const conversations = new Map<UserId, () => void>();
  const score = createScore();
  let call = "";

  function welcome(state: SessionState): void {
    for (const { user } of state.requests) {
      if (accepted.has(user)) continue;
      accepted.add(user);
      // Not accepted (the disk is full): it stays a request, and is tried again at the next start.
      void session.act({ kind: "accept-request", user });
    }
    for (const { user } of state.contacts)
      if (!conversations.has(user)) conversations.set(user, session.conversation(user).subscribe(answerer(user)));
  }

  /** Marked as read is said back: what came while we were away is answered once, whenever that is. */
  function answerer(user: UserId): (view: { readonly messages: readonly MessageView[] }) => void {
    const answered = new Set<string>();
    return ({ messages }) => {
      const fresh = messages.filter(({ id, mine, state }) => !mine && state === "delivered" && !answered.has(id));
      for (const { id, body } of fresh) {
        answered.add(id);
        if (!body.startsWith(ECHO_MARK)) void session.act({ kind: "send", user, body: echoOf(body) });
      }
      if (fresh.length > 0) void session.act({ kind: "mark-read", user });
    };
  }

  function attend({ call: view }: SessionState): void {
    if (view.kind === "ringing-in" && view.call !== call) {
      call = view.call;
      score.restart();
      void session.act({ kind: "answer" });
    }
    if (view.kind === "connected" && view.quality !== undefined) score.add(view.quality);
    if (view.kind !== "ended" || view.call !== call) return;
    call = "";
    const measured = score.result();
    if (measured !== undefined) void session.act({ kind: "send", user: view.user, body: scoreMessage(measured) });
  }

  const unsubscribe = session.state.subscribe((state) => {
    welcome(state);
    attend(state);
  });
  return () => {
    unsubscribe();
    for (const end of conversations.values()) end();
  };
}

function echoOf(body: string): string {
  return `${ECHO_MARK}${body.slice(0, MAX_ECHO_LENGTH).toWellFormed()}`;
}

/** What the caller is told: what of their voice came here, as it was measured here. */
function scoreMessage({ mos, lossPct, rttMs, seconds }: CallScore): string {
  const figures = [
    `MOS ${mos.toFixed(1)} of 4.5`,
    `loss ${lossPct.toFixed(1)} %`,
    `round trip ${Math.round(rttMs)} ms`,
  ];
  return `${ECHO_MARK}Your call, as it was heard here for ${seconds} s: ${figures.join(", ")}.`;
}

/** Mean of the measures of one call. Each is counted once: the state is told anew for other reasons too. */
function createScore(): {
  restart(): void;
  add(quality: QualityView): void;
  result(): CallScore | undefined;
} {
  let sum = { mos: 0, lossPct: 0, rttMs: 0, seconds: 0 };
  let last = "";
  return {
    restart() {
      sum = { mos: 0, lossPct: 0, rttMs: 0, seconds: 0 };
    },
    add(quality) {
      const text = JSON.stringify(quality);
      if (text === last) return;
      last = text;
      const { mos, lossPct, rttMs, seconds } = sum;
      sum = {
        mos: mos + quality.mos,
        lossPct: lossPct + quality.lossPct,
        rttMs: rttMs + quality.rttMs,
        seconds: seconds + 1,
      };
    },
    result() {
      const { mos, lossPct, rttMs, seconds } = sum;
      if (seconds === 0) return undefined;
      return { mos: mos / seconds, lossPct: lossPct / seconds, rttMs: rttMs / seconds, seconds };
    },
  };
}
