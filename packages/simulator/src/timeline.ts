/** What is to happen, earliest first; at one time in the order it was asked for. Virtual time, ms. */
export interface Timeline {
  now(): number;
  later(afterMs: number, act: () => void): void;
  /** Lets everything happen up to a time. */
  runUntil(endMs: number): void;
  /** Acts that have happened. */
  readonly happened: number;
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** An empty timeline at `start`: a binary heap. */
export function createTimeline(start: number): Timeline {
  const heap: Due[] = [];
  let now = start;
  let order = 0;
  let happened = 0;

  const before = (one: Due, other: Due): boolean =>
    one.at < other.at || (one.at === other.at && one.order < other.order);
  const push = (due: Due): void => {
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Due;
      if (!before(due, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = due;
  };
  const pop = (): Due | undefined => {
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Due, heap[child] as Due)) child += 1;
      if (!before(heap[child] as Due, last)) break;
      heap[at] = heap[child] as Due;
      at = child;
    }
    heap[at] = last;
    return first;
  };

  return {
    now: () => now,
    get happened() {
      return happened;
    },
    later(afterMs, act) {
      order += 1;
      push({ at: now + Math.max(0, afterMs), order, act });
    },
    runUntil(endMs) {
      while (heap.length > 0 && (heap[0] as Due).at <= endMs) {
        const due = pop() as Due;
        now = due.at;
        happened += 1;
        due.act();
      }
      now = endMs;
    },
  };
}
