import { keyFromId, MAX_MAIL_BYTES, type Mail, type Mailbox, NetworkError } from "@skein/core";
import { MAX_ACKNOWLEDGED } from "@skein/wire";
import { MAX_COLLECT_PAGES } from "./defaults.ts";
import type { RequireSession } from "./session.ts";

/** Makes the mailbox: our own box, and others' for leaving mail, kept by the server (CE30–CE35). */
export function createMailbox(dependencies: { readonly session: RequireSession }): Mailbox {
  const ask: ReturnType<RequireSession>["requests"]["ask"] = async (question, expected, signal) =>
    dependencies.session().requests.ask(question, expected, signal);

  return {
    async deposit(device, sealed, signal) {
      if (sealed.byteLength > MAX_MAIL_BYTES)
        throw new NetworkError("too-large", `a piece of mail has at most ${MAX_MAIL_BYTES} bytes`);
      await ask({ kind: "deposit", device: keyFromId(device), sealed }, "done", signal);
    },

    async collect(signal) {
      const mail = new Map<string, Mail>();
      let after: string | undefined;
      for (let page = 0; page < MAX_COLLECT_PAGES; page += 1) {
        const { pieces, next } = await ask({ kind: "collect", after }, "mail", signal);
        for (const { piece, sealed, receivedAt } of pieces) mail.set(piece, { id: piece, sealed, receivedAt });
        if (next === undefined || next === after) break;
        after = next;
      }
      return [...mail.values()];
    },

    async acknowledge(ids, signal) {
      dependencies.session();
      signal.throwIfAborted();
      // An id of another shape is none of this box: ignored, as unknown ones are.
      const pieces = ids.filter((id) => /^[A-Za-z0-9_-]{16}$/.test(id));
      for (let at = 0; at < pieces.length; at += MAX_ACKNOWLEDGED)
        await ask({ kind: "acknowledge", pieces: pieces.slice(at, at + MAX_ACKNOWLEDGED) }, "done", signal);
    },
  };
}
