import { once } from "node:events";
import { connect } from "node:net";

/** How far a WebSocket client of libp2p goes before it vanishes. */
export type VanishPoint = "connected" | "upgrading" | "upgraded" | "negotiating" | "in-noise";

const UPGRADE = [
  "GET / HTTP/1.1",
  "Host: test",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
  "",
  "",
].join("\r\n");

/** Connects to a WebSocket port, goes as far as said, and is gone: with a reset, or a plain end. */
export async function vanish(port: number, point: VanishPoint, manner: "reset" | "end"): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  if (point === "upgrading") socket.write(UPGRADE.slice(0, 40));
  if (point === "upgraded" || point === "negotiating" || point === "in-noise") {
    socket.write(UPGRADE);
    await once(socket, "data");
  }
  if (point === "negotiating") socket.write(frame(negotiation("/multistream/1.0.0").subarray(0, 9)));
  if (point === "in-noise") {
    socket.write(frame(Buffer.concat([negotiation("/multistream/1.0.0"), negotiation("/noise")])));
    await once(socket, "data");
    // The length of a Noise message, and nothing of it.
    socket.write(frame(Buffer.from([0, 32])));
  }
  if (manner === "reset") socket.resetAndDestroy();
  else socket.end().destroy();
  if (!socket.closed) await once(socket, "close");
}

/** A line of multistream-select: its length, the text, a line end. */
function negotiation(text: string): Buffer {
  return Buffer.from(`${String.fromCharCode(text.length + 1)}${text}\n`, "latin1");
}

/** A masked binary frame (RFC 6455 §5.2); a mask of zeros leaves the bytes as they are. */
function frame(payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x82, 0x80 | payload.byteLength, 0, 0, 0, 0]), payload]);
}
