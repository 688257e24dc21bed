import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";

/** Answers one request; `false` leaves it to the next handler. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A web server that is up. */
export interface Web {
  readonly port: number;
  close(): Promise<void>;
}

/** Where and how to listen; both files in PEM, or neither. */
export interface WebOptions {
  readonly listen: string;
  readonly port: number;
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
}

/** Starts a web server that asks the handlers in turn and answers 404 when none takes the request. */
export function serve(options: WebOptions, handlers: readonly Handler[]): Promise<Web> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.setHeader("x-content-type-options", "nosniff");
    if (handlers.some((handler) => handler(request, response))) return;
    response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
  };
  const server: Server =
    options.tls === undefined
      ? createServer(answer)
      : createSecureServer(
          { cert: readFileSync(options.tls.certFile), key: readFileSync(options.tls.keyFile) },
          answer,
        );
  server.headersTimeout = 10_000;
  server.requestTimeout = 15_000;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.listen, () => {
      server.off("error", reject);
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : options.port,
        close: () => close(server),
      });
    });
  });
}

/** Answers GET (and HEAD) of exactly this path with what `make` returns. */
export function get(
  path: string,
  make: () =>
    | { readonly type: string; readonly body: string | Uint8Array; readonly status?: number }
    | Promise<{ readonly type: string; readonly body: string | Uint8Array; readonly status?: number }>,
): Handler {
  return (request, response) => {
    if (request.url?.split("?")[0] !== path || (request.method !== "GET" && request.method !== "HEAD")) return false;
    Promise.resolve()
      .then(make)
      .then(({ type, body, status }) => {
        response.writeHead(status ?? 200, {
          "content-type": type,
          "cache-control": "no-store",
          "access-control-allow-origin": "*",
        });
        response.end(request.method === "HEAD" ? undefined : body);
      })
      .catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
        response.end(`${error instanceof Error ? error.message : "failed"}\n`);
      });
    return true;
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
