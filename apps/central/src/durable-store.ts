import { DatabaseSync } from "node:sqlite";
import { type Durable, keyFromId, type UserId } from "@skein/core";
import { MAX_DURABLES_OF_USER } from "@skein/wire";

/** Device lists and mailbox hints of all users, on disk: who is away for weeks is still known. */
export interface DurableStore {
  /**
   * Keeps a verified record. `same`: it is the one kept already; `old`: a newer one, or another with the same sequence, is
   * kept; `full`: there is no room for one more. Durable when it returns.
   */
  put(record: Durable, now: number): "stored" | "same" | "old" | "full";
  /** The signed records of a user that have not expired, the newest first. */
  of(user: UserId, now: number): readonly Uint8Array[];
  /** Removes what has expired; returns how many. */
  expire(now: number): number;
  close(): void;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA user_version = 1;
  CREATE TABLE IF NOT EXISTS durable (
    name TEXT PRIMARY KEY,
    user BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS durable_by_user ON durable (user, sequence);
  CREATE INDEX IF NOT EXISTS durable_by_end ON durable (expires_at);
`;

/** Opens the store at `path` (`:memory:` for tests). Rule CE17. */
export function openDurableStore(path: string, limits: { readonly maxDurables: number }): DurableStore {
  const database = new DatabaseSync(path);
  database.exec(SCHEMA);
  const select = database.prepare("SELECT sequence, bytes FROM durable WHERE name = ?");
  const count = database.prepare("SELECT count(*) AS records FROM durable");
  const insert = database.prepare(`
    INSERT INTO durable (name, user, sequence, expires_at, bytes) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET user = excluded.user, sequence = excluded.sequence,
      expires_at = excluded.expires_at, bytes = excluded.bytes`);
  const selectUser = database.prepare(
    `SELECT bytes FROM durable WHERE user = ? AND expires_at > ? ORDER BY sequence DESC LIMIT ${MAX_DURABLES_OF_USER}`,
  );
  const removeOld = database.prepare("DELETE FROM durable WHERE expires_at <= ?");
  let records = Number(count.get()?.records ?? 0);

  const expire = (now: number): number => {
    const removed = Number(removeOld.run(now).changes);
    records -= removed;
    return removed;
  };

  const hasRoom = (now: number): boolean => {
    if (records >= limits.maxDurables) expire(now);
    return records < limits.maxDurables;
  };

  return {
    put(record, now) {
      const name = record.kind === "device-list" ? `list ${record.user}` : `hint ${record.device}`;
      const known = select.get(name) as { readonly sequence: number; readonly bytes: Uint8Array } | undefined;
      if (known !== undefined && known.sequence >= record.sequence)
        return Buffer.compare(known.bytes, record.bytes) === 0 ? "same" : "old";
      if (known === undefined && !hasRoom(now)) return "full";
      insert.run(name, keyFromId(record.user), record.sequence, record.expiresAt, record.bytes);
      if (known === undefined) records += 1;
      return "stored";
    },
    of: (user, now) =>
      selectUser.all(keyFromId(user), now).map((row) => new Uint8Array((row as { readonly bytes: Uint8Array }).bytes)),
    expire,
    close: () => database.close(),
  };
}
