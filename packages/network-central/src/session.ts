import { type Clock, NetworkError } from "@skein/core";
import type { CentralReply } from "@skein/wire";
import type { Link, LinkListener } from "./link.ts";
import { createPipes, type Pipes } from "./pipes.ts";
import { type Answer, createRequests, type Requests } from "./requests.ts";

/** Replies nobody asked for by a number. */
export type Push = Extract<CentralReply, { readonly kind: "presence" | "gone" }>;

/** A link in use: requests and pipes over it. */
export interface Session {
  readonly requests: Requests;
  readonly pipes: Pipes;
  readonly listener: LinkListener;
  /** The link ended; everything under way fails with this. */
  end(why: NetworkError): void;
}

/** Gives the present session. Throws `offline` or `stopped` when there is none. */
export type RequireSession = () => Session;

/** Makes the session of a link that was just welcomed. */
export function createSession(
  link: Link,
  dependencies: {
    readonly clock: Clock;
    readonly onPush: (push: Push) => void;
    readonly onCaller: Parameters<typeof createPipes>[0]["onCaller"];
  },
): Session {
  const requests = createRequests({ clock: dependencies.clock, send: link.send });
  const pipes = createPipes({ link, onCaller: dependencies.onCaller });

  function onReply(reply: CentralReply): void {
    switch (reply.kind) {
      case "presence":
      case "gone":
        dependencies.onPush(reply);
        break;
      case "open":
      case "credit":
      case "close":
        pipes.onControl(reply);
        break;
      case "challenge":
      case "welcome":
      case "ping":
        link.violation(`${reply.kind} after the login`);
        break;
      default:
        requests.onAnswer(reply satisfies Answer);
    }
  }

  return {
    requests,
    pipes,
    listener: { onReply, onData: pipes.onData },
    end(why) {
      requests.fail(why);
      pipes.end(why);
    },
  };
}

/** What happens to all that is under way when the network stops. */
export function stoppedError(): NetworkError {
  return new NetworkError("stopped", "the network is stopped");
}
