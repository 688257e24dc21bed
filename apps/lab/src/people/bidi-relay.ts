/**
 * Runs in a host of a lab, beside a Firefox there: passes messages between the address at which that Firefox is driven,
 * which only its host reaches, and our parent, by IPC. Its argument is the address.
 *
 * @module
 */
import process from "node:process";

const socket = new WebSocket(process.argv[2] ?? "");
const leave = (): void => process.exit(0);

socket.addEventListener("open", () => process.send?.("open"));
socket.addEventListener("message", ({ data }) => process.send?.(String(data)));
socket.addEventListener("close", leave);
socket.addEventListener("error", leave);
process.on("message", (message: string) => socket.send(message));
process.on("disconnect", leave);
