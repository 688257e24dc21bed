import { once } from "node:events";
import { connect } from "node:net";

/**
 * Sends a request as it stands, so that no client tidies it up first, and gives all of the answer. `fetch` would take
 * `/../` out of a path and refuse strange headers.
 */
export async function rawRequest(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let answer = "";
  socket.setEncoding("latin1").on("data", (piece) => {
    answer += piece;
  });
  socket.write(`${[...lines, "Host: test", "Connection: close"].join("\r\n")}\r\n\r\n`);
  await once(socket, "close");
  return answer;
}
