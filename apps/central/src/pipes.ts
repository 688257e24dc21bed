import { type DeviceId, keyFromId } from "@skein/core";
import { PIPE_WINDOW_BYTES, type PipeControl, type PipeEnd } from "@skein/wire";

/** A session as the pipe switch sees it. */
export interface PipeEndpoint {
  readonly device: DeviceId;
  sendControl(message: PipeControl): void;
  /** Says `full` when the server holds too much for slow readers; nothing was sent then. */
  sendData(pipe: number, bytes: Uint8Array): "sent" | "full";
}

/** Joins devices by pipes. Methods return what the caller did wrong (its session must end), or `undefined`. */
export interface PipeSwitch {
  readonly open: number;
  dial(from: PipeEndpoint, pipe: number, to: PipeEndpoint | undefined, protocol: string): string | undefined;
  data(from: PipeEndpoint, pipe: number, bytes: Uint8Array): string | undefined;
  credit(from: PipeEndpoint, pipe: number, sizeBytes: number): string | undefined;
  close(from: PipeEndpoint, pipe: number, end: PipeEnd): void;
  /** The session is gone: its pipes end as `unreachable` at the other side. */
  detach(endpoint: PipeEndpoint): void;
}

/** One side of a pipe; owned by the switch. */
interface Half {
  readonly endpoint: PipeEndpoint;
  readonly number: number;
  /** Bytes this side may still send. */
  creditBytes: number;
  other: Half | undefined;
}

/** What the switch knows of one session. */
interface Socket {
  readonly halves: Map<number, Half>;
  /** Next number for a pipe that others open to it: odd, never used twice. */
  nextNumber: number;
}

/**
 * Makes the switch (CE20–CE27). It keeps no bytes: a sender may have {@link PIPE_WINDOW_BYTES} under way in each direction
 * and gets credit when the receiver has taken them in, so a slow reader slows its sender and nobody else.
 */
export function createPipeSwitch(limits: { readonly maxPipes: number }): PipeSwitch {
  const sockets = new Map<PipeEndpoint, Socket>();
  let open = 0;

  function socketOf(endpoint: PipeEndpoint): Socket {
    let socket = sockets.get(endpoint);
    if (socket === undefined) {
      socket = { halves: new Map(), nextNumber: 1 };
      sockets.set(endpoint, socket);
    }
    return socket;
  }

  function halfOf(endpoint: PipeEndpoint, pipe: number): Half | undefined {
    return sockets.get(endpoint)?.halves.get(pipe);
  }

  function remove(half: Half): void {
    sockets.get(half.endpoint)?.halves.delete(half.number);
  }

  function endAt(half: Half, end: PipeEnd): void {
    remove(half);
    half.endpoint.sendControl({ kind: "close", pipe: half.number, end });
  }

  function endBoth(half: Half, end: PipeEnd): void {
    open -= 1;
    endAt(half, end);
    if (half.other !== undefined) endAt(half.other, end);
  }

  return {
    get open() {
      return open;
    },

    dial(from, pipe, to, protocol) {
      const near = socketOf(from);
      if (pipe % 2 !== 0) return "pipes a device opens have even numbers";
      if (near.halves.has(pipe)) return "this pipe is open already";
      const refuse = (end: PipeEnd): undefined => void from.sendControl({ kind: "close", pipe, end });
      if (to === undefined || to === from) return refuse("unreachable");
      const far = socketOf(to);
      if (near.halves.size >= limits.maxPipes || far.halves.size >= limits.maxPipes) return refuse("refused");
      const mine: Half = { endpoint: from, number: pipe, creditBytes: PIPE_WINDOW_BYTES, other: undefined };
      const theirs: Half = { endpoint: to, number: far.nextNumber, creditBytes: PIPE_WINDOW_BYTES, other: mine };
      mine.other = theirs;
      far.nextNumber += 2;
      near.halves.set(pipe, mine);
      far.halves.set(theirs.number, theirs);
      open += 1;
      to.sendControl({ kind: "open", pipe: theirs.number, device: keyFromId(from.device), protocol });
      return undefined;
    },

    data(from, pipe, bytes) {
      const half = halfOf(from, pipe);
      // The other side may have closed it while these bytes were under way.
      if (half?.other === undefined) return undefined;
      half.creditBytes -= bytes.byteLength;
      if (half.creditBytes < 0) return "more bytes than the window allows";
      if (half.other.endpoint.sendData(half.other.number, bytes) === "full") endBoth(half, "refused");
      return undefined;
    },

    credit(from, pipe, sizeBytes) {
      const half = halfOf(from, pipe);
      if (half?.other === undefined) return undefined;
      if (half.other.creditBytes + sizeBytes > PIPE_WINDOW_BYTES) return "more credit than was used";
      half.other.creditBytes += sizeBytes;
      half.other.endpoint.sendControl({ kind: "credit", pipe: half.other.number, sizeBytes });
      return undefined;
    },

    close(from, pipe, end) {
      const half = halfOf(from, pipe);
      if (half?.other === undefined) return;
      open -= 1;
      remove(half);
      endAt(half.other, end);
    },

    detach(endpoint) {
      const socket = sockets.get(endpoint);
      sockets.delete(endpoint);
      for (const half of socket?.halves.values() ?? []) {
        open -= 1;
        if (half.other !== undefined) endAt(half.other, "unreachable");
      }
    },
  };
}
