import type { Report, UserId } from "@skein/core";
import type { IDBPObjectStore, StoreNames } from "idb";
import { isFurther, isUnread, type Message, type NewMessage } from "./message.ts";
import { connectMessageDatabase, type MessageSchema } from "./message-database.ts";
import {
  type Added,
  type AddedRequested,
  hasRoom,
  type MessageStore,
  type RequestBounds,
  type StoredRequest,
} from "./store.ts";
import { readMessageRow, readRequestRow, toRow } from "./stored-row.ts";

type Messages<Mode extends IDBTransactionMode> = IDBPObjectStore<
  MessageSchema,
  ArrayLike<StoreNames<MessageSchema>>,
  "messages",
  Mode
>;

/** What is written shall outlive the machine, not only the tab: a `delivered` receipt promises that. */
const DURABLE = { durability: "strict" } as const;

/**
 * Opens (or makes) the database `skein-messages:<profile>`. Rows that cannot be read are left out and reported as
 * `store.failed`. Rejects when IndexedDB cannot be opened.
 */
export async function openIndexedDbStore(
  options: { readonly profile: string },
  dependencies: { readonly report: Report },
): Promise<MessageStore> {
  const database = connectMessageDatabase(`skein-messages:${options.profile}`);
  await database.connection();

  function readable<T>(rows: readonly unknown[], read: (row: unknown) => T | undefined): T[] {
    return rows.flatMap((row) => {
      const value = read(row);
      if (value === undefined)
        dependencies.report({ name: "store.failed", store: "messages", reason: "unreadable row" });
      return value === undefined ? [] : [value];
    });
  }

  /** Runs one transaction over both stores; what throws inside undoes it. */
  async function write<T>(work: (tables: WriteTables) => Promise<T>): Promise<T> {
    const connection = await database.connection();
    const transaction = connection.transaction(["messages", "requests"], "readwrite", DURABLE);
    try {
      const result = await work({
        messages: transaction.objectStore("messages"),
        requests: transaction.objectStore("requests"),
      });
      await transaction.done;
      return result;
    } catch (error) {
      transaction.done.catch(() => {});
      abort(transaction);
      throw error;
    }
  }

  return {
    add: (message) => write(({ messages }) => append(messages, message)),
    addRequested: (message, request, bounds) => write((tables) => appendRequested(tables, message, request, bounds)),
    advance: (conversation, ids, state) =>
      write(async ({ messages }) => {
        const moved: Message[] = [];
        for (const id of new Set(ids)) {
          const message = readMessageRow(await messages.get([conversation, id]));
          if (message?.direction !== "outgoing" || !isFurther(state, message.state)) continue;
          moved.push({ ...message, state });
          await messages.put(toRow({ ...message, state }));
        }
        return moved;
      }),
    markRead: (conversation, upTo) =>
      write(async ({ messages }) => {
        const moved: Message[] = [];
        const rows = await messages.index("unread").getAll(from(conversation, upTo));
        for (const message of readable(rows, readMessageRow).filter(isUnread)) {
          moved.push({ ...message, state: "read" });
          await messages.put(toRow({ ...message, state: "read" }));
        }
        return moved;
      }),
    async page(conversation, before, limit) {
      const rows: unknown[] = [];
      const connection = await database.connection();
      const index = connection.transaction("messages").store.index("position");
      const range = from(conversation, before === undefined ? undefined : before - 1);
      let cursor = limit > 0 ? await index.openCursor(range, "prev") : null;
      while (cursor !== null) {
        rows.push(cursor.value);
        cursor = rows.length < limit ? await cursor.continue() : null;
      }
      return readable(rows.reverse(), readMessageRow);
    },
    async outbox(conversation) {
      const connection = await database.connection();
      return readable(await connection.getAllFromIndex("messages", "outbox", from(conversation)), readMessageRow);
    },
    async waiting() {
      const users: UserId[] = [];
      const connection = await database.connection();
      let cursor = await connection.transaction("messages").store.index("outbox").openKeyCursor();
      while (cursor !== null) {
        const [conversation] = cursor.key;
        users.push(conversation);
        // To the first entry of the next conversation.
        cursor = await cursor.continue([conversation, Number.POSITIVE_INFINITY]);
      }
      return users;
    },
    async unread(conversation) {
      const connection = await database.connection();
      return await connection.countFromIndex("messages", "unread", from(conversation));
    },
    async requests() {
      const connection = await database.connection();
      const requests = readable(await connection.getAll("requests"), readRequestRow);
      return requests.sort((one, other) => one.receivedAt - other.receivedAt);
    },
    removeRequest: (user) => write(({ requests }) => requests.delete(user)),
    deleteConversation: (conversation) =>
      write(async ({ messages, requests }) => {
        await messages.delete(IDBKeyRange.bound([conversation], [conversation, []]));
        await requests.delete(conversation);
      }),
    close: () => database.close(),
  };
}

interface WriteTables {
  readonly messages: Messages<"readwrite">;
  readonly requests: IDBPObjectStore<MessageSchema, ArrayLike<StoreNames<MessageSchema>>, "requests", "readwrite">;
}

/** The entries of a conversation in an index by position, up to and with one (all, when left out). */
function from(conversation: UserId, upTo = Number.POSITIVE_INFINITY): IDBKeyRange {
  return IDBKeyRange.bound([conversation, 0], [conversation, Math.max(0, upTo)]);
}

async function append(messages: Messages<"readwrite">, message: NewMessage): Promise<Added> {
  if ((await messages.getKey([message.conversation, message.id])) !== undefined) return { kind: "duplicate" };
  const last = await messages.index("position").openKeyCursor(from(message.conversation), "prev");
  const placed: Message = { ...message, position: (last?.key[1] ?? 0) + 1 };
  await messages.add(toRow(placed));
  return { kind: "added", message: placed };
}

async function appendRequested(
  { messages, requests }: WriteTables,
  message: NewMessage,
  request: StoredRequest,
  bounds: RequestBounds,
): Promise<AddedRequested> {
  const { conversation, id } = message;
  if ((await messages.getKey([conversation, id])) !== undefined) return { kind: "duplicate" };
  const standing = (await requests.getKey(request.user)) === undefined ? "new" : "known";
  const kept = {
    requests: await requests.count(),
    messages: await messages.index("position").count(from(conversation)),
  };
  if (!hasRoom(bounds, { request: standing, ...kept })) return { kind: "full" };
  if (standing === "new") await requests.add(request);
  const added = await append(messages, message);
  return added.kind === "added" ? { ...added, request: standing } : added;
}

/** Undoes a transaction that has not ended by itself already. */
function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // It had ended: IndexedDB aborts by itself when a request in it fails.
  }
}
