import { DatabaseSync } from "node:sqlite";
import { type DeviceId, keyFromId, type Random, toBase64Url } from "@skein/core";
import { MAX_MAIL_PAGE_BYTES, MAX_MAIL_PAGE_PIECES, type MailPiece } from "@skein/wire";

/** One page of a box, oldest first. */
export interface MailPage {
  readonly pieces: readonly MailPiece[];
  /** The last piece of this page, when more lie behind it. */
  readonly next?: string;
}

/** Sealed mail of all devices, on disk. Who sent a piece is not kept. */
export interface MailboxStore {
  /** Keeps a piece, or says why not: this box is full, or the disk's share is. Durable when it returns. */
  deposit(device: DeviceId, sealed: Uint8Array, now: number): "kept" | "box-full" | "store-full";
  /** The next page of a box after a piece (from the start when that is gone or not given). */
  page(device: DeviceId, after: string | undefined): MailPage;
  /** Removes pieces of this box only; unknown ids are ignored. */
  acknowledge(device: DeviceId, pieces: readonly string[]): void;
  /** Removes what is older than the limit; returns how many pieces. */
  expire(now: number): number;
  /** What is kept altogether. */
  totals(): { readonly pieces: number; readonly sizeBytes: number };
  close(): void;
}

/** Limits of the store; see `limits.ts`. */
export interface MailboxLimits {
  readonly mailboxPieces: number;
  readonly mailboxBytes: number;
  readonly mailTotalBytes: number;
  readonly mailTtlMs: number;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA user_version = 1;
  CREATE TABLE IF NOT EXISTS mail (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    piece TEXT NOT NULL UNIQUE,
    device BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS mail_by_device ON mail (device, ordinal, size_bytes);
  CREATE INDEX IF NOT EXISTS mail_by_age ON mail (received_at);
`;

/** Opens the store at `path` (`:memory:` for tests). Rules CE30–CE35. */
export function openMailboxStore(path: string, limits: MailboxLimits, dependencies: { random: Random }): MailboxStore {
  const database = new DatabaseSync(path);
  database.exec(SCHEMA);
  const box = database.prepare(
    "SELECT count(*) AS pieces, coalesce(sum(size_bytes), 0) AS size FROM mail WHERE device = ?",
  );
  const all = database.prepare("SELECT count(*) AS pieces, coalesce(sum(size_bytes), 0) AS size FROM mail");
  const insert = database.prepare(
    "INSERT INTO mail (piece, device, size_bytes, received_at, sealed) VALUES (?, ?, ?, ?, ?)",
  );
  const select = database.prepare(`
    SELECT piece, received_at AS receivedAt, sealed FROM mail
    WHERE device = ?1 AND ordinal > coalesce((SELECT ordinal FROM mail WHERE piece = ?2 AND device = ?1), 0)
    ORDER BY ordinal LIMIT ${MAX_MAIL_PAGE_PIECES + 1}`);
  const remove = database.prepare("DELETE FROM mail WHERE device = ? AND piece = ? RETURNING size_bytes AS size");
  const removeOld = database.prepare("DELETE FROM mail WHERE received_at <= ? RETURNING size_bytes AS size");
  // Counted here, because adding up the whole table for every piece would grow with it.
  const kept = { pieces: count(all.get(), "pieces"), sizeBytes: count(all.get(), "size") };

  function forget(rows: readonly Record<string, unknown>[]): void {
    kept.pieces -= rows.length;
    for (const row of rows) kept.sizeBytes -= count(row, "size");
  }

  return {
    deposit(device, sealed, now) {
      const key = keyFromId(device);
      const present = box.get(key);
      const sizeBytes = sealed.byteLength;
      if (count(present, "pieces") >= limits.mailboxPieces) return "box-full";
      if (count(present, "size") + sizeBytes > limits.mailboxBytes) return "box-full";
      if (kept.sizeBytes + sizeBytes > limits.mailTotalBytes) return "store-full";
      insert.run(toBase64Url(dependencies.random.bytes(12)), key, sizeBytes, now, sealed);
      kept.pieces += 1;
      kept.sizeBytes += sizeBytes;
      return "kept";
    },

    page(device, after) {
      const pieces: MailPiece[] = [];
      let sizeBytes = 0;
      for (const row of select.iterate(keyFromId(device), after ?? "")) {
        const { piece, receivedAt, sealed } = row as unknown as MailPiece;
        sizeBytes += sealed.byteLength;
        const last = pieces.at(-1);
        if (last !== undefined && (pieces.length >= MAX_MAIL_PAGE_PIECES || sizeBytes > MAX_MAIL_PAGE_BYTES))
          return { pieces, next: last.piece };
        pieces.push({ piece, sealed: new Uint8Array(sealed), receivedAt });
      }
      return { pieces };
    },

    acknowledge(device, pieces) {
      const key = keyFromId(device);
      database.exec("BEGIN");
      const removed = pieces.flatMap((piece) => remove.all(key, piece));
      database.exec("COMMIT");
      forget(removed);
    },

    expire(now) {
      const removed = removeOld.all(now - limits.mailTtlMs);
      forget(removed);
      return removed.length;
    },

    totals: () => ({ ...kept }),
    close: () => database.close(),
  };
}

function count(row: Record<string, unknown> | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}
