import { type Channel, type Clock, type Network, NetworkError, type Report, type UserId } from "@skein/core";
import { CHAT_PROTOCOL } from "@skein/wire";
import { MAX_REQUESTS, MAX_UNINTRODUCED } from "./defaults.ts";
import { greet, type OwnIntroduction } from "./greeting.ts";
import { type IntroducedChannel, reportBadMessage } from "./line.ts";
import type { Relation } from "./records.ts";

/** Takes the channels others open: learns who they are before a conversation hears of them. */
export interface Reception {
  /** Stops listening and drops who is not introduced yet. */
  end(): void;
}

/** Listens on a network. Bounds: channels not yet introduced, and channels of strangers. */
export function openReception(
  network: Network,
  dependencies: {
    readonly clock: Clock;
    readonly report: Report;
    readonly account: () => OwnIntroduction;
    readonly relation: (user: UserId) => Relation;
    readonly onIntroduced: (introduced: IntroducedChannel) => void;
  },
): Reception {
  const { clock, report, account, relation, onIntroduced } = dependencies;
  const scope = new AbortController();
  let unintroduced = 0;
  let strangers = 0;

  function admits(user: UserId): boolean {
    const standing = user === account().user ? "blocked" : relation(user);
    return standing === "contact" || (standing === "stranger" && strangers < MAX_REQUESTS);
  }

  async function receive(channel: Channel): Promise<void> {
    if (unintroduced >= MAX_UNINTRODUCED) return await channel.close("done");
    unintroduced += 1;
    const role = { kind: "listener", admits: (peer: { readonly user: UserId }) => admits(peer.user) } as const;
    const greeting = await greet(channel, role, { account, clock, signal: scope.signal });
    unintroduced -= 1;
    if (greeting.kind !== "introduced") {
      if (greeting.kind === "refused") reportBadMessage(report, channel.peer, greeting.reason);
      return await channel.close(greeting.kind === "refused" ? "protocol-error" : "done");
    }
    if (relation(greeting.peer.user) === "stranger") {
      strangers += 1;
      void channel.closed.then(() => {
        strangers -= 1;
      });
    }
    onIntroduced({ channel, peer: greeting.peer, incoming: greeting.incoming });
  }

  const unlisten = network.listen(CHAT_PROTOCOL, (channel) => void receive(channel));
  return {
    end() {
      unlisten();
      scope.abort(new NetworkError("stopped", "messaging left this network"));
    },
  };
}
