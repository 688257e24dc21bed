import type { Clock, Live } from "@skein/core";
import { HOME_PING_MS, HOME_SILENCE_MS, NEWS_EVERY_MS, STANDBY_PING_MS, STANDBY_SILENCE_MS } from "./defaults.ts";
import type { SupernodeLink } from "./supernode-link.ts";
import type { Timers } from "./timers.ts";

/** Builds before 0.2 do not ask us, so they are asked. */
const SILENCE_MS = {
  1: { home: HOME_PING_MS, standby: STANDBY_PING_MS },
  2: { home: HOME_SILENCE_MS, standby: STANDBY_SILENCE_MS },
} as const;

/** The one clockwork of a quiet leaf. It wakes for whoever is overdue, never more often than once a minute. */
export interface LinkWatch {
  /** A link is new. */
  arm(): void;
  /** Asks this one for a sign of life now, and ends it when none comes. */
  check(link: SupernodeLink): void;
}

/** Watches the links, home first; `onNews` is due every hour, `onTick` at each waking. */
export function watchLinks(dependencies: {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly links: Live<readonly SupernodeLink[]>;
  readonly signal: AbortSignal;
  readonly onNews: (home: SupernodeLink) => void;
  readonly onTick: () => void;
}): LinkWatch {
  const { clock, links, onNews, onTick, signal, timers } = dependencies;
  let newsAt = clock.now() + NEWS_EVERY_MS;
  let cancel = (): void => {};

  const dueAt = (link: SupernodeLink): number => {
    const { home, standby } = SILENCE_MS[link.index.version];
    return link.lookedAt + (links.value[0] === link ? home : standby);
  };
  const check = (link: SupernodeLink): void => {
    link.check().catch(() => {
      if (!signal.aborted) link.connection.abort(new Error("no sign of life"));
    });
  };
  const arm = (): void => {
    cancel();
    if (links.value.length > 0) cancel = timers.at(Math.min(...links.value.map(dueAt)), wake);
  };
  const wake = (): void => {
    const now = clock.now();
    for (const link of links.value) if (dueAt(link) <= now) check(link);
    const [home] = links.value;
    if (newsAt <= now && home !== undefined) {
      newsAt = now + NEWS_EVERY_MS;
      onNews(home);
    }
    onTick();
    arm();
  };
  return { arm, check };
}
