import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Logger } from "pino";
import type { TlsFiles } from "./tls-files.ts";

/** Answers one request; `undefined` leaves it to the next handler. May throw and reject: the answer is then 500. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | undefined;

/** A web server that is up. */
export interface Web {
  readonly port: number;
  /** Ends it with its open connections. Idempotent, never rejects. */
  close(): Promise<void>;
}

/** Where and how to listen. */
export interface WebOptions {
  readonly listen: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** With it, https. */
  readonly tls?: TlsFiles | undefined;
}

/** What to answer to a GET. */
export interface Answer {
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly status?: number;
  /** Whose pages may read it: those of this server, or any. */
  readonly readers: "own-pages" | "any-page";
  readonly headers?: OutgoingHttpHeaders;
}

/** Connections at once; more are closed. A page takes six. */
const MAX_CONNECTIONS = 2_048;

/** Longest a client may take over the head of a request, and over all of it, in ms. */
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;

/**
 * Starts a web server that only gives: GET and HEAD. It asks the handlers in turn and answers 404 when none takes the
 * request. Rejects with the system's error when it cannot listen.
 */
export function serve(
  options: WebOptions,
  { handlers, log }: { readonly handlers: readonly Handler[]; readonly log: Logger },
): Promise<Web> {
  const { tls } = options;
  const server: Server =
    tls === undefined ? createServer() : createSecureServer({ cert: tls.certificate, key: tls.key });
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = HEAD_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.on("request", (request, response) => {
    answer(request, response, handlers).catch((error: unknown) => {
      log.error({ event: "http.failed", path: request.url?.slice(0, 200), err: error });
      if (response.headersSent) response.destroy();
      else plain(response, 500, "failed");
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.listen, () => {
      server.off("error", reject);
      // One connection that could not be taken (no file descriptors left) is not the end of the server.
      server.on("error", (error) => log.error({ event: "http.error", err: error }));
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : options.port;
      resolve({ port, close: () => close(server) });
    });
  });
}

/** Answers GET and HEAD of exactly this path with what `make` returns; never stored by caches. */
export function get(path: string, make: (request: IncomingMessage) => Answer | Promise<Answer>): Handler {
  return (request, response) => {
    if (pathOf(request) !== path) return undefined;
    return Promise.resolve()
      .then(() => make(request))
      .then(({ type, body, status = 200, readers, headers = {} }) => {
        if (readers === "any-page") response.setHeader("access-control-allow-origin", "*");
        response.writeHead(status, {
          ...headers,
          "content-type": type,
          "content-length": Buffer.byteLength(body),
          "cache-control": "no-store",
        });
        response.end(request.method === "HEAD" ? undefined : body);
      });
  };
}

/** The path that is asked for, as it was written, without the query. */
export function pathOf(request: IncomingMessage): string {
  return request.url?.split("?", 1)[0] ?? "/";
}

/** What follows the question mark, as it was written; empty without one. */
export function queryOf(request: IncomingMessage): string {
  return request.url?.split("?").slice(1).join("?") ?? "";
}

async function answer(request: IncomingMessage, response: ServerResponse, handlers: readonly Handler[]): Promise<void> {
  response.setHeader("x-content-type-options", "nosniff");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return plain(response, 405, "method not allowed");
  }
  for (const handler of handlers) {
    const answered = handler(request, response);
    if (answered !== undefined) return await answered;
  }
  plain(response, 404, "not found");
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
