import { createCallMedia } from "../media/call-media.ts";
import type { CallResources } from "./call-resources.ts";
import { routeTo } from "./caller.ts";
import type { LineContext } from "./ports.ts";

/** Creates the connection of a call and translates what it tells for the machine. `changed`: the page has news. */
export function openCallMedia(resources: CallResources, context: LineContext, changed: () => void): void {
  const { call, callBytes, dialogue, route, leg, over, peer } = resources;
  if (dialogue === undefined || route === undefined || peer === "") return;
  const { feed, clock, media } = context;
  const { mode } = context.network();
  try {
    const connection = createCallMedia(
      { call: callBytes, mode, route },
      { media, dialogue, clock, renewRoute: () => routeTo(peer, context, over.signal) },
      {
        send: leg.send,
        state: (fact) => feed({ kind: "media", call, fact }),
        broke: (reason) => feed({ kind: "media-broke", call, reason }),
        refused: (reason) => feed({ kind: "refused", call, reason }),
        candidate: (whose, tried) => feed({ kind: "candidate", call, whose, tried }),
        path(path) {
          if (path.kind === "unknown") return;
          if (path.kind !== resources.path.kind) context.report({ name: "call.path", call, path: path.kind });
          resources.path = path;
          feed({ kind: "path", call, path: path.kind === "direct" ? "direct" : "relayed" });
          changed();
        },
        quality(quality) {
          resources.quality = quality;
          changed();
        },
        firstAudio: () => context.report({ name: "call.first-audio", call, mode }),
      },
    );
    resources.media = connection;
    // A caller's microphone is open before there is a connection to use it.
    if (resources.microphone !== undefined) connection.use(resources.microphone);
  } catch {
    feed({ kind: "media-broke", call, reason: { kind: "media-failed", detail: "this browser makes no connections" } });
  }
}
