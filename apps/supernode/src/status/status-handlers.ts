import { readFileSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { get, type Handler, queryOf } from "../http.ts";
import { statusPageFile } from "../program-files.ts";
import type { ServingNode } from "../serving/serving-node.ts";
import type { DecisionLog } from "./decision-log.ts";
import { viewStatus } from "./status-view.ts";
import { askWhatIf, readQuery } from "./what-if-query.ts";

/** What the status page may do: its own style, script and figures, nothing from elsewhere, and in nobody's frame. */
const PAGE_HEADERS: OutgoingHttpHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

const FILES = [
  ["/status", "status.html", "text/html; charset=utf-8"],
  ["/status-colours.css", "status-colours.css", "text/css; charset=utf-8"],
  ["/status.css", "status.css", "text/css; charset=utf-8"],
  ["/status-parts.css", "status-parts.css", "text/css; charset=utf-8"],
  ["/status.js", "status.js", "text/javascript; charset=utf-8"],
  ["/status.svg", "status.svg", "image/svg+xml"],
] as const;

/** `/status` (the live page), `/status.json` (the same as data) and `/what-if?…` (the machine asked, nothing changed). */
export function statusHandlers(node: ServingNode, log: DecisionLog, now: () => number): readonly Handler[] {
  const files = FILES.map(([path, name, type]) => {
    const body = readFileSync(statusPageFile(name));
    return get(path, () => ({ type, body, readers: "own-pages", headers: PAGE_HEADERS }));
  });
  return [
    ...files,
    get("/status.json", () => json(viewStatus(node, log, now()))),
    get("/what-if", (request) => {
      const read = readQuery(queryOf(request));
      if ("fault" in read) return { ...json({ fault: read.fault }), status: 400 };
      return json(askWhatIf(node.election.view.value.state, read.query, now()));
    }),
  ];
}

function json(value: unknown): { readonly type: string; readonly body: string; readonly readers: "own-pages" } {
  return { type: "application/json", body: JSON.stringify(value), readers: "own-pages" };
}
