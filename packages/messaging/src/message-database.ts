import type { UserId } from "@skein/core";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { MessageId } from "./message.ts";
import type { StoredRequest } from "./store.ts";
import type { MessageRow } from "./stored-row.ts";

/** Layout of the database. Positions are places in a conversation, see `Message.position`. */
export interface MessageSchema extends DBSchema {
  messages: {
    key: [UserId, MessageId];
    value: MessageRow;
    indexes: { position: [UserId, number]; outbox: [UserId, number]; unread: [UserId, number] };
  };
  requests: { key: UserId; value: StoredRequest };
}

/** Layout version; a change comes with its own upgrade step. */
const LAYOUT = 1;

/** A connection that opens again by itself when the browser ended it. */
export interface MessageDatabase {
  /** The open connection. Rejects when it cannot be opened: no room, private mode, a newer layout. */
  connection(): Promise<IDBPDatabase<MessageSchema>>;
  close(): void;
}

/** Connects to a database by name; opened at first use. */
export function connectMessageDatabase(name: string): MessageDatabase {
  let current: Promise<IDBPDatabase<MessageSchema>> | undefined;
  let closed = false;

  function open(): Promise<IDBPDatabase<MessageSchema>> {
    const opening = openDB<MessageSchema>(name, LAYOUT, {
      upgrade: createLayout,
      // Another tab brings a newer layout: stand aside, or it waits for ever.
      blocking: () => forget(),
      terminated: () => forget(),
    });
    const forget = (): void => {
      if (current === opening) current = undefined;
      void opening.then(
        (database) => database.close(),
        () => {},
      );
    };
    opening.catch(() => {
      if (current === opening) current = undefined;
    });
    return opening;
  }

  return {
    async connection() {
      if (closed) throw new Error("the message store is closed");
      current ??= open();
      return await current;
    },
    close() {
      closed = true;
      void current?.then(
        (database) => database.close(),
        () => {},
      );
      current = undefined;
    },
  };
}

function createLayout(database: IDBPDatabase<MessageSchema>, oldVersion: number): void {
  if (oldVersion >= 1) return;
  const messages = database.createObjectStore("messages", { keyPath: ["conversation", "id"] });
  messages.createIndex("position", ["conversation", "position"], { unique: true });
  messages.createIndex("outbox", ["conversation", "outbox"]);
  messages.createIndex("unread", ["conversation", "unread"]);
  database.createObjectStore("requests", { keyPath: "user" });
}
