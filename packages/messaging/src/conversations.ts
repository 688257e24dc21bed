import { createLive, type Live, type LiveSource, type Network, type Path, type UserId } from "@skein/core";
import { type Conversation, type ConversationDependencies, createConversation } from "./conversation.ts";
import { REPEATED_READS } from "./defaults.ts";
import { initialDelivery } from "./delivery-state.ts";
import { MessagingError } from "./errors.ts";
import type { IntroducedChannel } from "./line.ts";
import { createRecords, type RecordsDependencies } from "./records.ts";

/** The conversations at work. Loaded from the store when first needed; those with strangers are let go when idle. */
export interface Conversations {
  /** The conversation with someone. Rejects `storage` when the store cannot be read. */
  with(user: UserId): Promise<Conversation>;
  /** Hands a channel the peer opened to its conversation. Never rejects. */
  adopt(introduced: IntroducedChannel): Promise<void>;
  /** All work over this network from now on, also those loaded later; over none when `undefined`. */
  moveTo(network: Network | undefined): Promise<void>;
  /** Ends a conversation, runs `removal`, and only then lets it be loaded again. */
  remove(user: UserId, removal: () => Promise<void>): Promise<void>;
  path(user: UserId): Live<Path | undefined>;
}

/** Makes it empty, over no network. */
export function createConversations(
  dependencies: RecordsDependencies & Pick<ConversationDependencies, "account">,
): Conversations {
  const { store, relation, readReceipts } = dependencies;
  const paths = new Map<UserId, LiveSource<Path | undefined>>();
  const loaded = new Map<UserId, Promise<Conversation>>();
  let network: Network | undefined;

  function pathOf(user: UserId): LiveSource<Path | undefined> {
    const source = paths.get(user) ?? createLive<Path | undefined>(undefined);
    paths.set(user, source);
    return source;
  }

  function keep(user: UserId, loading: Promise<Conversation>): Promise<Conversation> {
    loaded.set(user, loading);
    loading.catch(() => {
      if (loaded.get(user) === loading) loaded.delete(user);
    });
    return loading;
  }

  async function load(user: UserId): Promise<Conversation> {
    const [outbox, newest] = await Promise.all([store.outbox(user), store.page(user, undefined, REPEATED_READS)]).catch(
      unreadable,
    );
    const tells = relation(user) === "contact" && readReceipts() === "send";
    const reads = newest.filter(({ direction, state }) => tells && direction === "incoming" && state === "read");
    const conversation = createConversation(
      { user, initial: initialDelivery({ outbox, reads: reads.map(({ id }) => id) }) },
      {
        ...dependencies,
        records: createRecords(user, dependencies),
        wanted: () => relation(user) !== "blocked",
        showPath: (path) => pathOf(user).set(path),
      },
    );
    if (network !== undefined) conversation.attach(network);
    return conversation;
  }

  async function present(): Promise<readonly Conversation[]> {
    const settled = await Promise.allSettled(loaded.values());
    return settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  }

  /** Strangers come in any number; only what is under way with them stays in memory. */
  async function letGo(user: UserId): Promise<void> {
    const conversation = await loaded.get(user)?.catch(() => undefined);
    if (conversation?.isIdle() !== true || relation(user) === "contact") return;
    loaded.delete(user);
    paths.delete(user);
    await conversation.detach();
  }

  const conversations: Conversations = {
    with: (user) => loaded.get(user) ?? keep(user, load(user)),
    async adopt({ channel, peer, incoming }) {
      try {
        (await conversations.with(peer.user)).adopt({ channel, peer, incoming });
      } catch {
        // The store cannot be read, so nothing could be kept: they will try again.
        await channel.close("stopped");
      }
      await channel.closed;
      await letGo(peer.user);
    },
    async moveTo(next) {
      network = next;
      await Promise.all((await present()).map((conversation) => conversation.detach()));
      for (const conversation of await present()) if (next !== undefined && network === next) conversation.attach(next);
    },
    async remove(user, removal) {
      const before = loaded.get(user)?.catch(() => undefined);
      const removed = (async () => {
        await (await before)?.detach();
        await removal();
      })();
      // Whoever needs the conversation meanwhile gets the one that is loaded afterwards.
      void keep(
        user,
        removed.then(() => load(user)),
      );
      await removed;
      await letGo(user);
    },
    path: pathOf,
  };
  return conversations;
}

function unreadable(cause: unknown): never {
  throw new MessagingError("storage", "The messages on this device cannot be read.", { cause });
}
