import {
  type CentralFrame,
  type CentralReply,
  type CentralRequest,
  decodeReplyFrame,
  decodeRequestFrame,
  encodeDataFrame,
  encodeReplyFrame,
  encodeRequestFrame,
} from "@skein/wire";

/** What a hostile server does with the frames of one device: each is replaced by these. Left out: nothing. */
export interface Tampering {
  toServer?(frame: CentralFrame<CentralRequest>): CentralFrame<CentralRequest>[];
  toDevice?(frame: CentralFrame<CentralReply>): CentralFrame<CentralReply>[];
}

/** A connection of one device through whoever tampers. */
export interface TamperedLine {
  connect(url: string): WebSocket;
  /** Says something to the device that the server did not say. */
  say(reply: CentralReply): void;
  /** Sends raw bytes to the device. */
  sayRaw(bytes: Uint8Array<ArrayBuffer>): void;
}

/** Makes a line whose frames pass through `tampering`: to the device it looks like a server that does these things. */
export function createTamperedLine(tampering: Tampering): TamperedLine {
  let device = new EventTarget();

  function deliver(bytes: Uint8Array): void {
    device.dispatchEvent(new MessageEvent("message", { data: new Uint8Array(bytes).buffer }));
  }

  return {
    connect(url) {
      const real = new WebSocket(url);
      real.binaryType = "arraybuffer";
      const target = new EventTarget();
      device = target;
      real.addEventListener("message", ({ data }) => {
        for (const frame of change(decodeReplyFrame(new Uint8Array(data as ArrayBuffer)), tampering.toDevice))
          deliver(frame.kind === "data" ? encodeDataFrame(frame.pipe, frame.bytes) : encodeReplyFrame(frame.message));
      });
      real.addEventListener("close", ({ code, reason }) => {
        target.dispatchEvent(new CloseEvent("close", { code, reason }));
      });
      real.addEventListener("error", () => target.dispatchEvent(new Event("error")));
      const send = (bytes: Uint8Array): void => {
        for (const frame of change(decodeRequestFrame(bytes), tampering.toServer))
          real.send(
            frame.kind === "data" ? encodeDataFrame(frame.pipe, frame.bytes) : encodeRequestFrame(frame.message),
          );
      };
      const close = (code: number): void => real.close(code);
      Object.defineProperty(target, "readyState", { get: () => real.readyState });
      return Object.assign(target, { binaryType: "arraybuffer", send, close }) as unknown as WebSocket;
    },
    say: (reply) => deliver(encodeReplyFrame(reply)),
    sayRaw: deliver,
  };
}

function change<Frame>(
  parsed: { readonly ok: true; readonly value: Frame } | { readonly ok: false; readonly reason: string },
  act: ((frame: Frame) => Frame[]) | undefined,
): Frame[] {
  if (!parsed.ok) throw new Error(`an honest end sent ${parsed.reason}`);
  return act === undefined ? [parsed.value] : act(parsed.value);
}
