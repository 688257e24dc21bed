import { type DeviceId, deviceIdFromKey, keyFromId, NetworkError, type Protocol } from "@skein/core";
import type { PipeControl, PipeEnd } from "@skein/wire";
import type { Link } from "./link.ts";
import { type PipeLine, PipeStream } from "./pipe-stream.ts";

/** A device that wants to talk. Its id is the server's word until the handshake proves it. */
export interface Caller {
  readonly device: DeviceId;
  readonly protocol: Protocol;
}

/** The pipes of one link. */
export interface Pipes {
  /** Asks the server for a pipe. `onEnd` is called when it ends from the other side, before its stream ends. */
  dial(device: DeviceId, protocol: Protocol, onEnd: (why: NetworkError) => void): PipeStream;
  onControl(control: PipeControl): void;
  onData(pipe: number, bytes: Uint8Array): void;
  /** The link is gone. */
  end(why: NetworkError): void;
}

interface Entry {
  readonly stream: PipeStream;
  readonly onEnd: (why: NetworkError) => void;
}

/** Makes the pipes of a link. `onCaller` takes a pipe another device opened, or says `unsupported` or `refused`. */
export function createPipes(dependencies: {
  readonly link: Link;
  readonly onCaller: (caller: Caller, stream: PipeStream) => PipeEnd | undefined;
}): Pipes {
  const { link, onCaller } = dependencies;
  const entries = new Map<number, Entry>();
  // Pipes a device opens have even numbers (CE20); none is used twice, so a late frame cannot meet a new pipe.
  let nextNumber = 2;
  let ended: NetworkError | undefined;

  function lineOf(pipe: number): PipeLine {
    return {
      sendData: (bytes) => link.sendData(pipe, bytes),
      sendCredit: (sizeBytes) => link.send({ kind: "credit", pipe, sizeBytes }),
      sendClose(end) {
        entries.delete(pipe);
        link.send({ kind: "close", pipe, end });
      },
    };
  }

  function onOpen(control: Extract<PipeControl, { kind: "open" }>): void {
    const { pipe } = control;
    if (pipe % 2 === 0 || entries.has(pipe)) {
      link.violation("a pipe with a number that is not free");
      return;
    }
    const stream = new PipeStream({ direction: "inbound" }, { line: lineOf(pipe) });
    entries.set(pipe, { stream, onEnd: () => {} });
    const caller = { device: deviceIdFromKey(control.device), protocol: control.protocol as Protocol };
    const refusal = onCaller(caller, stream);
    if (refusal !== undefined) stream.end(refusal);
  }

  function onClose(pipe: number, why: NetworkError): void {
    const entry = entries.get(pipe);
    entries.delete(pipe);
    entry?.onEnd(why);
    entry?.stream.ended();
  }

  return {
    dial(device, protocol, onEnd) {
      const pipe = nextNumber;
      nextNumber += 2;
      const stream = new PipeStream({ direction: "outbound" }, { line: lineOf(pipe) });
      entries.set(pipe, { stream, onEnd });
      if (ended !== undefined) onClose(pipe, ended);
      link.send({ kind: "open", pipe, device: keyFromId(device), protocol });
      return stream;
    },

    onControl(control) {
      if (control.kind === "open") onOpen(control);
      else if (control.kind === "close") onClose(control.pipe, explain(control.end));
      else entries.get(control.pipe)?.stream.addCredit(control.sizeBytes);
    },

    onData(pipe, bytes) {
      entries.get(pipe)?.stream.receive(bytes);
    },

    end(why) {
      ended = why;
      for (const pipe of [...entries.keys()]) onClose(pipe, why);
    },
  };
}

function explain(end: PipeEnd): NetworkError {
  switch (end) {
    case "unsupported":
      return new NetworkError("unsupported", "the device does not listen for this protocol");
    case "unreachable":
      return new NetworkError("unreachable", "the device is not connected to the central server");
    case "refused":
      return new NetworkError("unreachable", "the device or the central server has too many channels open");
    default:
      return new NetworkError("unreachable", "the device ended the connection");
  }
}
