import type { IncomingMessage, ServerResponse } from "node:http";
import type { Registry } from "prom-client";

/** What `/healthz` says. */
export interface Health {
  readonly status: "ok" | "stopping";
  readonly sessions: number;
  readonly uptimeSeconds: number;
}

/** Answers plain HTTP: `/healthz` (200, or 503 while stopping) and `/metrics`. */
export function createHttpHandler(dependencies: {
  readonly registry: Registry;
  readonly health: () => Health;
}): (request: IncomingMessage, response: ServerResponse) => void {
  const { registry, health } = dependencies;

  return (request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, "method not allowed\n");
    if (path === "/healthz") {
      const now = health();
      return answer(response, now.status === "ok" ? 200 : 503, `${JSON.stringify(now)}\n`, "application/json");
    }
    if (path === "/metrics") {
      registry.metrics().then(
        (text) => answer(response, 200, text, registry.contentType),
        () => answer(response, 500, "metrics failed\n"),
      );
      return;
    }
    answer(response, 404, "not found\n");
  };
}

function answer(response: ServerResponse, status: number, body: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff" });
  response.end(body);
}
