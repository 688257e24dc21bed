/** One packet that waits for its turn. */
export interface Waiting {
  /** Without wrap-around. */
  readonly number: number;
  readonly payload: Uint8Array;
  readonly arrivedAt: number;
}

/** What is due now. `lost`: its turn came and it had not; `empty`: nothing waits, or too little to begin with. */
export type Due = { readonly kind: "packet"; readonly packet: Waiting } | { readonly kind: "lost" | "empty" };

/** Packets in their order, held back a little so that late ones still come in time. */
export interface JitterBuffer {
  /** Too late, twice or too far ahead: `dropped`. */
  put(packet: Waiting): "kept" | "dropped";
  /** Takes the next one. */
  take(): Due;
  readonly depth: number;
}

/** Packets that must wait before the first is taken, and again after the buffer ran dry: 60 ms. Higher: later sound, fewer gaps. */
const PLAYOUT_DEPTH = 3;

/** Packets that wait at most; the oldest go when there are more: half a second. */
const MAX_DEPTH = 25;

/** Packets taken between two looks at whether all of them waited longer than they had to: a second. */
const LOOK_EVERY = 50;

/** A gap this long is a new beginning and not a loss, in packets. */
const MAX_GAP = 250;

/** Makes an empty buffer. */
export function createJitterBuffer(): JitterBuffer {
  const waiting = new Map<number, Waiting>();
  let next: number | undefined;
  let phase: "filling" | "playing" = "filling";
  let taken = 0;
  let shallowest = Number.POSITIVE_INFINITY;

  const oldest = (): number => Math.min(...waiting.keys());

  function restart(): void {
    waiting.clear();
    next = undefined;
    phase = "filling";
  }

  /** After a stall everything would stay late for ever: what nobody needed for a second is left out. */
  function catchUp(): void {
    taken += 1;
    shallowest = Math.min(shallowest, waiting.size);
    if (taken % LOOK_EVERY !== 0) return;
    for (let spare = shallowest - PLAYOUT_DEPTH; spare > 0; spare -= 1) {
      next = oldest();
      waiting.delete(next);
      next += 1;
    }
    shallowest = Number.POSITIVE_INFINITY;
  }

  return {
    put(packet) {
      if (next !== undefined && Math.abs(packet.number - next) > MAX_GAP) restart();
      if ((next !== undefined && packet.number < next) || waiting.has(packet.number)) return "dropped";
      waiting.set(packet.number, packet);
      while (waiting.size > MAX_DEPTH) waiting.delete(oldest());
      return "kept";
    },
    take() {
      if (phase === "filling" && waiting.size < PLAYOUT_DEPTH) return { kind: "empty" };
      if (waiting.size === 0) {
        phase = "filling";
        shallowest = 0;
        return { kind: "empty" };
      }
      if (phase === "filling") {
        phase = "playing";
        next = oldest();
      }
      // The oldest went when there were too many: go on with those that are there.
      if (next === undefined || oldest() - next > MAX_DEPTH) next = oldest();
      const packet = waiting.get(next);
      waiting.delete(next);
      next += 1;
      catchUp();
      return packet === undefined ? { kind: "lost" } : { kind: "packet", packet };
    },
    get depth() {
      return waiting.size;
    },
  };
}
