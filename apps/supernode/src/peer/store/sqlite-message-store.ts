import { chmodSync, closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import type { UserId } from "@skein/core";
import {
  type Added,
  type AddedRequested,
  hasRoom,
  type Message,
  type MessageId,
  type MessageState,
  type MessageStore,
  type NewMessage,
  type RequestBounds,
  type StoredRequest,
} from "@skein/messaging";

/** States from the least to the most; a row keeps the place in this list, so that "further" is "greater". */
const STATES: readonly MessageState[] = ["queued", "sent", "held", "delivered", "read"];
const DELIVERED = STATES.indexOf("delivered");
const READ = STATES.indexOf("read");

/** Of SQLite: another connection has the file. */
const BUSY = 5;

const SCHEMA = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA user_version = 1;
  CREATE TABLE IF NOT EXISTS messages (
    conversation TEXT NOT NULL,
    id TEXT NOT NULL,
    mine INTEGER NOT NULL,
    body TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    position INTEGER NOT NULL,
    state INTEGER NOT NULL,
    PRIMARY KEY (conversation, id)
  );
  CREATE UNIQUE INDEX IF NOT EXISTS by_position ON messages (conversation, position);
  CREATE INDEX IF NOT EXISTS outbox ON messages (conversation, position) WHERE mine = 1 AND state < ${DELIVERED};
  CREATE INDEX IF NOT EXISTS unread ON messages (conversation, position) WHERE mine = 0 AND state = ${DELIVERED};
  CREATE TABLE IF NOT EXISTS requests (
    user TEXT PRIMARY KEY,
    card BLOB NOT NULL,
    received_at INTEGER NOT NULL
  );
`;

const WAITS = `mine = 1 AND state < ${DELIVERED}`;
const UNREAD = `mine = 0 AND state = ${DELIVERED}`;

/**
 * Messages in an SQLite file (`:memory:` for tests). Each call is one transaction on disk before it resolves. Contract:
 * docs/spec/messaging.md, rules MS32 to MS38. Throws with a sentence when another
 * program has it (the lock goes with the program, however it ends), and when the file cannot be opened.
 */
export function openSqliteMessageStore(path: string): MessageStore {
  if (path !== ":memory:") keepPrivate(path);
  const database = new DatabaseSync(path);
  try {
    database.exec(SCHEMA);
  } catch (error) {
    database.close();
    if (!(error instanceof Error && "errcode" in error && error.errcode === BUSY)) throw error;
    throw new Error(`${dirname(path)} is in use: one person is one program`, { cause: error });
  }
  const queries = prepare(database);

  /** Node's SQLite does not wait: nothing comes between the first and the last statement of a call. */
  async function transact<T>(work: () => T): Promise<T> {
    if (!database.isOpen) throw new Error("the message store is closed");
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  }

  function append(message: NewMessage): Added {
    const { conversation, id, direction, body, sentAt, storedAt, state } = message;
    if (queries.find.get(conversation, id) !== undefined) return { kind: "duplicate" };
    const position = Number(queries.last.get(conversation)?.position ?? 0) + 1;
    const mine = direction === "outgoing" ? 1 : 0;
    queries.insert.run(conversation, id, mine, body, sentAt, storedAt, position, STATES.indexOf(state));
    return { kind: "added", message: { ...message, position } };
  }

  function appendRequested(message: NewMessage, request: StoredRequest, bounds: RequestBounds): AddedRequested {
    const { conversation, id } = message;
    if (queries.find.get(conversation, id) !== undefined) return { kind: "duplicate" };
    const standing = queries.request.get(request.user) === undefined ? "new" : "known";
    const kept = {
      request: standing,
      requests: Number(queries.requestCount.get()?.count),
      messages: Number(queries.messageCount.get(conversation)?.count),
    } as const;
    if (!hasRoom(bounds, kept)) return { kind: "full" };
    if (standing === "new") queries.insertRequest.run(request.user, request.card, request.receivedAt);
    const added = append(message);
    return added.kind === "added" ? { ...added, request: standing } : added;
  }

  return {
    add: (message) => transact(() => append(message)),
    addRequested: (message, request, bounds) => transact(() => appendRequested(message, request, bounds)),
    advance: (conversation, ids, state) =>
      transact(() => {
        const rank = STATES.indexOf(state);
        return [...new Set(ids)].flatMap((id) => queries.advance.all(rank, conversation, id, rank).map(messageOf));
      }),
    markRead: (conversation, upTo) =>
      transact(() => inOrder(queries.markRead.all(READ, conversation, upTo).map(messageOf))),
    page: (conversation, before = Number.MAX_SAFE_INTEGER, limit) =>
      transact(() => queries.page.all(conversation, before, limit).map(messageOf).reverse()),
    outbox: (conversation) => transact(() => queries.outbox.all(conversation).map(messageOf)),
    waiting: () => transact(() => queries.waiting.all().map((row) => row.conversation as UserId)),
    unread: (conversation) => transact(() => Number(queries.unread.get(conversation)?.count)),
    requests: () => transact(() => queries.requests.all().map(requestOf)),
    removeRequest: (user) => transact(() => void queries.removeRequest.run(user)),
    deleteConversation: (conversation) =>
      transact(() => {
        queries.removeMessages.run(conversation);
        queries.removeRequest.run(conversation);
      }),
    close() {
      if (database.isOpen) database.close();
    },
  };
}

/** Made before SQLite does: the files it lays beside this one get the same mode. */
function keepPrivate(path: string): void {
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}

function prepare(database: DatabaseSync) {
  return {
    find: database.prepare("SELECT 1 AS found FROM messages WHERE conversation = ? AND id = ?"),
    last: database.prepare("SELECT max(position) AS position FROM messages WHERE conversation = ?"),
    insert: database.prepare(
      `INSERT INTO messages (conversation, id, mine, body, sent_at, stored_at, position, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    advance: database.prepare(
      "UPDATE messages SET state = ? WHERE conversation = ? AND id = ? AND mine = 1 AND state < ? RETURNING *",
    ),
    markRead: database.prepare(
      `UPDATE messages SET state = ? WHERE conversation = ? AND position <= ? AND ${UNREAD} RETURNING *`,
    ),
    page: database.prepare(
      "SELECT * FROM messages WHERE conversation = ? AND position < ? ORDER BY position DESC LIMIT max(0, ?)",
    ),
    outbox: database.prepare(`SELECT * FROM messages WHERE conversation = ? AND ${WAITS} ORDER BY position`),
    waiting: database.prepare(`SELECT DISTINCT conversation FROM messages WHERE ${WAITS}`),
    unread: database.prepare(`SELECT count(*) AS count FROM messages WHERE conversation = ? AND ${UNREAD}`),
    messageCount: database.prepare("SELECT count(*) AS count FROM messages WHERE conversation = ?"),
    removeMessages: database.prepare("DELETE FROM messages WHERE conversation = ?"),
    request: database.prepare("SELECT 1 AS found FROM requests WHERE user = ?"),
    requestCount: database.prepare("SELECT count(*) AS count FROM requests"),
    insertRequest: database.prepare("INSERT INTO requests (user, card, received_at) VALUES (?, ?, ?)"),
    requests: database.prepare("SELECT * FROM requests ORDER BY received_at"),
    removeRequest: database.prepare("DELETE FROM requests WHERE user = ?"),
  };
}

type Row = Readonly<Record<string, SQLOutputValue>>;

function messageOf(row: Row): Message {
  return {
    id: row.id as MessageId,
    conversation: row.conversation as UserId,
    direction: row.mine === 1 ? "outgoing" : "incoming",
    body: String(row.body),
    sentAt: Number(row.sent_at),
    storedAt: Number(row.stored_at),
    position: Number(row.position),
    state: STATES[Number(row.state)] ?? "queued",
  };
}

function requestOf(row: Row): StoredRequest {
  return {
    user: row.user as UserId,
    card: Uint8Array.from(row.card as Uint8Array),
    receivedAt: Number(row.received_at),
  };
}

function inOrder(messages: readonly Message[]): readonly Message[] {
  return messages.toSorted((one, other) => one.position - other.position);
}
