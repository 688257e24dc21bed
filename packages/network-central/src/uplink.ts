import type { PrivateKey } from "@libp2p/interface";
import {
  type Clock,
  createLive,
  isNetworkError,
  type Live,
  NetworkError,
  type NetworkStatus,
  pause,
  type Random,
  type Report,
  type TrafficMeter,
  until,
} from "@skein/core";
import type { Account } from "@skein/identity";
import { backOffMs } from "./back-off.ts";
import { privateKeyFromSeed } from "./device-key.ts";
import { type ConnectWebSocket, type Link, openLink } from "./link.ts";
import { type RequireSession, type Session, stoppedError } from "./session.ts";

/** Keeps one session with the server alive, from `start` to `stop`. */
export interface Uplink {
  readonly status: Live<NetworkStatus>;
  readonly session: RequireSession;
  /** The device key as libp2p holds it. */
  privateKey(): Promise<PrivateKey>;
  /** As `Network.start`. Rejects `refused` or `offline` when trying again makes no sense, or the abort reason, then stopped. */
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** What an uplink is made from. */
export interface UplinkDependencies {
  readonly account: Account;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly connect: ConnectWebSocket;
  readonly meter?: TrafficMeter | undefined;
  readonly openSession: (link: Link, privateKey: PrivateKey) => Session;
  /** Makes this device reachable; the network is online when it resolves. Rejected with `refused`, the network fails. */
  readonly announce: (session: Session, signal: AbortSignal) => Promise<void>;
  readonly onSessionEnd: () => void;
  /** Says goodbye while the link still stands. */
  readonly beforeStop: () => Promise<void>;
}

/** One start, until its stop or its failure. */
interface Run {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** How one link went. */
interface LinkOutcome {
  readonly error: NetworkError;
  readonly wasOnline: boolean;
  readonly isFinal: boolean;
  /** Ends what was under way; after the status, so that whoever loses a channel finds it said already. */
  readonly settle: () => void;
}

/** Makes an uplink that is stopped. Rules CE50–CE53. */
export function createUplink(options: { readonly url: string }, dependencies: UplinkDependencies): Uplink {
  const { account, clock, random, report, connect } = dependencies;
  const status = createLive<NetworkStatus>({ kind: "stopped" });
  let run: Run | undefined;
  let stopping: Promise<void> | undefined;
  let session: Session | undefined;
  let key: Promise<PrivateKey> | undefined;

  function privateKey(): Promise<PrivateKey> {
    key ??= privateKeyFromSeed(account.deviceKey.seed);
    return key;
  }

  function setStatus(next: NetworkStatus): void {
    status.set(next);
    const error = next.kind === "failed" ? next.error : next.kind === "joining" ? next.lastError : undefined;
    const reason = error === undefined ? {} : { reason: error.message };
    report({ name: "net.status", mode: "central", status: next.kind, ...reason });
  }

  /** One link, from dialling to its end. */
  async function connectOnce(own: PrivateKey, signal: AbortSignal): Promise<LinkOutcome> {
    let refusal: NetworkError | undefined;
    let opened: Session | undefined;
    let wasOnline = false;

    async function goOnline(current: Session, link: Link): Promise<void> {
      try {
        await dependencies.announce(current, signal);
        if (session !== current) return;
        wasOnline = true;
        setStatus({ kind: "online", role: "central-client", via: [options.url] });
      } catch (error) {
        if (isNetworkError(error, "refused")) refusal = error;
        link.close();
      }
    }

    const link = openLink(options, {
      account,
      clock,
      connect,
      meter: dependencies.meter,
      onOpen(welcomed) {
        opened = dependencies.openSession(welcomed, own);
        session = opened;
        // Never rejects.
        void goOnline(opened, welcomed);
        return opened.listener;
      },
    });
    const end = await endOf(link, signal);
    session = undefined;
    dependencies.onSessionEnd();
    const error = refusal ?? (end.kind === "stopped" ? stoppedError() : end.error);
    const isFinal = refusal !== undefined || end.kind === "refused";
    return { error, wasOnline, isFinal, settle: () => opened?.end(error) };
  }

  /** Shows how a link ended, then ends what was under way. Says whether to connect again. */
  function conclude({ error, isFinal, settle }: LinkOutcome, signal: AbortSignal): boolean {
    if (isFinal) run = undefined;
    if (!signal.aborted) setStatus(isFinal ? { kind: "failed", error } : { kind: "joining", lastError: error });
    settle();
    return !isFinal && !signal.aborted;
  }

  async function keepConnected(signal: AbortSignal): Promise<void> {
    setStatus({ kind: "joining" });
    const own = await privateKey();
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const outcome = await connectOnce(own, signal);
      if (!conclude(outcome, signal)) return;
      if (outcome.wasOnline) attempt = 0;
      await pause(clock, backOffMs(attempt, random), signal).catch(() => {});
    }
  }

  function begin(): Run {
    const controller = new AbortController();
    const { promise: done, resolve } = Promise.withResolvers<void>();
    keepConnected(controller.signal).then(resolve, (cause: unknown) => {
      // A mistake of ours; better told than waited for.
      run = undefined;
      setStatus({
        kind: "failed",
        error: new NetworkError("offline", `connecting failed: ${String(cause)}`, { cause }),
      });
      resolve();
    });
    return { controller, done };
  }

  async function stop(): Promise<void> {
    const current = run;
    if (current !== undefined) {
      await dependencies.beforeStop();
      current.controller.abort(stoppedError());
      await current.done;
      run = undefined;
    }
    if (status.value.kind !== "stopped") setStatus({ kind: "stopped" });
  }

  function stopOnce(): Promise<void> {
    stopping ??= stop().finally(() => {
      stopping = undefined;
    });
    return stopping;
  }

  return {
    status,
    privateKey,
    stop: stopOnce,

    session() {
      if (run === undefined || stopping !== undefined) throw stoppedError();
      if (session === undefined) throw new NetworkError("offline", "there is no connection to the central server now");
      return session;
    },

    async start(signal) {
      signal.throwIfAborted();
      await stopping;
      run ??= begin();
      try {
        const reached = await until(status, (now) => now.kind !== "joining", signal);
        if (reached.kind === "failed") throw reached.error;
        if (reached.kind === "stopped") throw stoppedError();
      } catch (error) {
        if (signal.aborted) await stopOnce();
        throw error;
      }
    },
  };
}

function endOf(link: Link, signal: AbortSignal): Link["ended"] {
  if (signal.aborted) link.close();
  else signal.addEventListener("abort", link.close, { once: true });
  return link.ended.finally(() => signal.removeEventListener("abort", link.close));
}
