interface Due {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** What is to happen, in order of time and, at one time, of asking. */
export interface Agenda {
  now(): number;
  later(ms: number, act: () => void): void;
  run(forMs: number): void;
}

/** An empty agenda at `start` (ms). */
export function createAgenda(start: number): Agenda {
  const dues: Due[] = [];
  let now = start;
  let order = 0;
  const next = (end: number): Due | undefined => {
    const best = dues.reduce<Due | undefined>(
      (first, due) =>
        first === undefined || due.at < first.at || (due.at === first.at && due.order < first.order) ? due : first,
      undefined,
    );
    return best !== undefined && best.at <= end ? best : undefined;
  };
  return {
    now: () => now,
    later(ms, act) {
      order += 1;
      dues.push({ at: now + ms, order, act });
    },
    run(forMs) {
      const end = now + forMs;
      for (let due = next(end); due !== undefined; due = next(end)) {
        dues.splice(dues.indexOf(due), 1);
        now = due.at;
        due.act();
      }
      now = end;
    },
  };
}
