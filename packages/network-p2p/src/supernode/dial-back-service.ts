import type { Connection, Stream } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { type Clock, type DeviceId, NetworkError, type Report } from "@skein/core";
import { REACH_PROTOCOL, type ReachReply, type ReachRequest, reachReply, reachRequest } from "@skein/wire";
import { type DialPolicy, dialable, hostOf } from "../addresses.ts";
import { openFrames } from "../frames.ts";
import { deviceOf } from "../peer-id.ts";
import { createTokenBucket, type TokenBucket } from "../token-bucket.ts";
import { DIAL_BACK_TIMEOUT_MS, DIAL_BACKS, DIAL_BACKS_PER_ADDRESS, MAX_RATED_ADDRESSES } from "./limits.ts";

/** Answers reach streams: dials back those who ask, takes the nonces of those who dial us back. */
export type ReachHandler = (stream: Stream, connection: Connection) => void;

/** What it needs. */
export interface DialBackServiceDependencies {
  readonly clock: Clock;
  readonly report: Report;
  /** Dials from a node that nobody knows, so that no connection there was is used. */
  readonly dial: (address: Multiaddr, signal: AbortSignal) => Promise<Connection>;
  /** Whether we help others now. */
  readonly helps: () => boolean;
  /** A nonce came in. */
  readonly onNonce: (nonce: Uint8Array) => void;
}

/**
 * Makes the handler. We dial only the IP address we see the asker at, never through a relay, within the dial policy, so many
 * times a minute per address and in all: nobody can have us dial a third party.
 */
export function createReachHandler(
  { policy }: { readonly policy: DialPolicy },
  { clock, dial, helps, onNonce, report }: DialBackServiceDependencies,
): ReachHandler {
  const now = (): number => clock.now();
  const all = createTokenBucket(DIAL_BACKS, now);
  const perAddress = new Map<string, TokenBucket>();

  const mayTry = (host: string): boolean => {
    const bucket = perAddress.get(host) ?? createTokenBucket(DIAL_BACKS_PER_ADDRESS, now);
    perAddress.delete(host);
    perAddress.set(host, bucket);
    const [oldest] = perAddress.keys();
    if (perAddress.size > MAX_RATED_ADDRESSES && oldest !== undefined) perAddress.delete(oldest);
    return bucket.take() && all.take();
  };
  const tryPort = async (address: Multiaddr, nonce: Uint8Array): Promise<"reached" | "not-reached"> => {
    const signal = AbortSignal.timeout(DIAL_BACK_TIMEOUT_MS);
    let connection: Connection | undefined;
    try {
      connection = await dial(address, signal);
      // It ends right after it spoke: by then the other side has to know by which protocol.
      const stream = await connection.newStream(REACH_PROTOCOL, { signal, negotiateFully: true });
      const frames = openFrames(stream, reachRequest.maxBytes);
      await frames.send(reachRequest.encode({ kind: "here", nonce }));
      await frames.end();
      return "reached";
    } catch {
      return "not-reached";
    } finally {
      connection?.close().catch(() => connection?.abort(new NetworkError("closed", "dialled back")));
    }
  };
  const help = async (
    request: ReachRequest & { readonly kind: "dial-me" },
    connection: Connection,
    peer: DeviceId,
  ): Promise<ReachReply> => {
    const seenAt = hostOf(connection.remoteAddr);
    const targets = request.ports.map(({ address, nonce, port }) => {
      const [target] = dialable(peer, [address], policy);
      return target !== undefined && hostOf(target) === seenAt ? { target, nonce, port } : undefined;
    });
    if (connection.limits !== undefined || targets.some((each) => each === undefined))
      return { kind: "refused", reason: "address" };
    if (!helps() || !mayTry(seenAt)) return { kind: "refused", reason: "busy" };
    const ports = await Promise.all(
      targets.flatMap((each) =>
        each === undefined ? [] : [tryPort(each.target, each.nonce).then((outcome) => ({ port: each.port, outcome }))],
      ),
    );
    return { kind: "tried", ports };
  };
  const serve = async (stream: Stream, connection: Connection): Promise<void> => {
    const peer = deviceOf(connection.remotePeer);
    if (peer === undefined) return stream.abort(new NetworkError("refused", "not a device key"));
    const frames = openFrames(stream, reachRequest.maxBytes);
    try {
      for await (const frame of frames.incoming) {
        const request = reachRequest.decode(frame);
        if (!request.ok) {
          report({ name: "peer.bad-message", peer, protocol: REACH_PROTOCOL, reason: request.reason });
          break;
        }
        if (request.value.kind === "here") onNonce(request.value.nonce);
        else await frames.send(reachReply.encode(await help(request.value, connection, peer)));
        // One question a stream.
        break;
      }
    } finally {
      await frames.end();
    }
  };
  return (stream, connection) => {
    serve(stream, connection).catch(() => stream.abort(new NetworkError("closed", "reach failed")));
  };
}
