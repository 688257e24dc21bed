import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { ConfigurationError } from "./configuration-error.ts";
import { type Handler, pathOf } from "./http.ts";

/** A file as it goes out. */
interface StaticFile {
  readonly headers: OutgoingHttpHeaders;
  readonly tag: string;
  readonly plain: Uint8Array;
  /** Left out where it would not be shorter. */
  readonly gzipped?: Uint8Array;
}

/** Most bytes of a page, all files together. It is held in memory. */
const MAX_PAGE_BYTES: number = 64 * 1024 * 1024;

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/**
 * What a page may be and do, beside the policy in its own head: a header adds to that and can only narrow it. Framing can
 * be forbidden by a header alone; a page in a frame could be clicked through.
 */
const PAGE_HEADERS: OutgoingHttpHeaders = {
  "content-security-policy": "frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

/**
 * Serves the files of a folder as they are now; hidden ones are left out. They are read once: no request touches the disk,
 * and none can name a file outside. Files under `/assets/` have a hash in their name and never change, others are asked for
 * anew each time. Throws `ConfigurationError` when there is no page, or it is too large.
 */
export async function serveFolder(folder: string): Promise<Handler> {
  const files = await readFolder(folder);
  if (!files.has("/index.html"))
    throw new ConfigurationError(`--page-directory ${folder}: no page there; build it first (npm start does)`);
  return (request, response) => {
    const path = pathOf(request);
    const file = files.get(path === "/" ? "/index.html" : path);
    if (file === undefined) return undefined;
    if (request.headers["if-none-match"] === file.tag) {
      response.writeHead(304, { etag: file.tag, ...file.headers }).end();
      return Promise.resolve();
    }
    const gzipped = takesGzip(request) ? file.gzipped : undefined;
    const body = gzipped ?? file.plain;
    response.writeHead(200, {
      ...file.headers,
      etag: file.tag,
      "content-length": body.byteLength,
      ...(gzipped === undefined ? {} : { "content-encoding": "gzip" }),
    });
    response.end(request.method === "HEAD" ? undefined : body);
    return Promise.resolve();
  };
}

async function readFolder(folder: string): Promise<ReadonlyMap<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  let total = 0;
  for (const path of pathsIn(folder)) {
    const plain = readFileSync(join(folder, path));
    total += plain.byteLength;
    if (total > MAX_PAGE_BYTES)
      throw new ConfigurationError(`--page-directory ${folder}: more than ${MAX_PAGE_BYTES} bytes`);
    files.set(encodeURI(path), await fileOf(path, plain));
  }
  return files;
}

/** Paths of all files below, with a leading slash. */
function pathsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll("\\", "/"))
      .map((path) => (path.startsWith("/") ? path : `/${path}`))
      .filter((path) => !path.includes("/."));
  } catch {
    return [];
  }
}

async function fileOf(path: string, plain: Uint8Array): Promise<StaticFile> {
  const type = TYPES[extname(path)] ?? "application/octet-stream";
  const gzipped = await promisify(gzip)(plain, { level: 9 });
  return {
    plain,
    ...(gzipped.byteLength < plain.byteLength ? { gzipped } : {}),
    tag: `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`,
    headers: {
      "content-type": type,
      vary: "accept-encoding",
      "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      ...(extname(path) === ".html" ? PAGE_HEADERS : {}),
    },
  };
}

function takesGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
}
