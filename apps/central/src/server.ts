import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { type Clock, type DeviceId, type Random, systemClock, systemRandom } from "@skein/core";
import { CENTRAL_PATH } from "@skein/wire";
import { type Logger, pino } from "pino";
import type { Registry } from "prom-client";
import { acceptConnections } from "./acceptor.ts";
import { openDurableStore } from "./durable-store.ts";
import { createExchange } from "./exchange.ts";
import { createHttpHandler } from "./http.ts";
import { type CentralLimits, DEFAULT_LIMITS } from "./limits.ts";
import { openMailboxStore } from "./mailbox-store.ts";
import { addGauges, createMetrics } from "./metrics.ts";
import { acceptedOrigins } from "./origins.ts";
import type { RelayService } from "./relay-service.ts";

/** How a server is run. */
export interface CentralServerOptions {
  /** Directory of the database; it must exist. Left out: everything in memory, for tests. */
  readonly dataDirectory?: string;
  /** Address to listen on, e.g. `127.0.0.1`. */
  readonly listen: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Origins clients dial, where they are not this machine's own addresses, e.g. `wss://central.example`. */
  readonly publicUrls?: readonly string[];
  /** PEM texts; left out: plain HTTP and WebSocket. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly limits?: Partial<CentralLimits>;
}

/** What a server needs from outside. */
export interface CentralServerDependencies {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  /** Where calls are relayed; left out: no calls in this mode. */
  readonly relay?: RelayService;
}

/** A running server. */
export interface CentralServer {
  /** WebSocket address for clients. */
  readonly url: string;
  /** Address of `/healthz` and `/metrics`. */
  readonly httpUrl: string;
  /** What `/metrics` shows; a process may add its own. */
  readonly registry: Registry;
  /** Whether a device is logged in. */
  isOnline(device: DeviceId): boolean;
  /** Tells every client to come back later, closes the stores. Idempotent. */
  stop(): Promise<void>;
}

/** How long clients get to answer the close when the server stops, ms. */
const STOP_TIMEOUT_MS = 2_000;
/** How often mail that is too old is removed, ms. */
const EXPIRE_EVERY_MS = 10 * 60_000;

/** Starts a server; resolves when it listens, rejects with the system's error when it cannot. */
export async function startCentralServer(
  options: CentralServerOptions,
  dependencies: CentralServerDependencies = {},
): Promise<CentralServer> {
  const { clock = systemClock, random = systemRandom, log = pino({ level: "silent" }) } = dependencies;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const pathOf = (name: string): string =>
    options.dataDirectory === undefined ? ":memory:" : join(options.dataDirectory, name);
  const mailbox = openMailboxStore(pathOf("mail.sqlite"), limits, { random });
  const durables = openDurableStore(pathOf("durable.sqlite"), limits);
  const metrics = createMetrics();
  const startedAt = clock.now();
  let stopping: Promise<void> | undefined;
  let port = options.port;

  const exchange = createExchange(limits, {
    clock,
    random,
    log,
    metrics,
    mailbox,
    durables,
    relay: dependencies.relay,
    origins: () =>
      acceptedOrigins({
        listen: options.listen,
        port,
        scheme: options.tls === undefined ? "ws" : "wss",
        publicUrls: options.publicUrls ?? [],
        interfaces: Object.values(networkInterfaces()).flatMap((those) => those?.map((each) => each.address) ?? []),
      }),
  });
  const handler = createHttpHandler({
    registry: metrics.registry,
    health: () => ({
      status: stopping === undefined ? "ok" : "stopping",
      sessions: exchange.sessions.size,
      uptimeSeconds: Math.floor((clock.now() - startedAt) / 1000),
    }),
  });
  const http: Server =
    options.tls === undefined
      ? createHttpServer(handler)
      : createHttpsServer({ cert: options.tls.certificate, key: options.tls.key }, handler);
  const acceptor = acceptConnections(http, exchange);
  addGauges(metrics, {
    sessions: () => exchange.sessions.size,
    connections: () => acceptor.connections,
    pipes: () => exchange.pipes.open,
    presences: () => exchange.directory.records,
    outgoingBytes: () => exchange.outgoing.sizeBytes,
    mail: () => mailbox.totals(),
  });

  let cancelExpire = clock.at(clock.now() + EXPIRE_EVERY_MS, expire);
  function expire(): void {
    durables.expire(clock.now());
    const removed = mailbox.expire(clock.now());
    if (removed > 0) log.info({ removed }, "old mail removed");
    cancelExpire = clock.at(clock.now() + EXPIRE_EVERY_MS, expire);
  }

  async function stop(): Promise<void> {
    cancelExpire();
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    acceptor.endAll(1001, "the server stops, come back later");
    // The system's time, not the clock's: it bounds what real sockets may take.
    const cut = setTimeout(() => {
      acceptor.cutAll();
      http.closeAllConnections();
    }, STOP_TIMEOUT_MS);
    http.closeIdleConnections();
    await closed;
    clearTimeout(cut);
    mailbox.close();
    durables.close();
  }

  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(options.port, options.listen, resolve);
  }).catch((error: unknown) => {
    cancelExpire();
    mailbox.close();
    durables.close();
    throw error;
  });
  port = (http.address() as AddressInfo).port;
  const host = options.listen.includes(":") ? `[${options.listen}]` : options.listen;
  const secure = options.tls === undefined ? "" : "s";
  return {
    url: `ws${secure}://${host}:${port}${CENTRAL_PATH}`,
    httpUrl: `http${secure}://${host}:${port}`,
    registry: metrics.registry,
    isOnline: (device) => exchange.sessions.has(device),
    stop: () => (stopping ??= stop()),
  };
}
