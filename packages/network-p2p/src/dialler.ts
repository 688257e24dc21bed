import type { Connection } from "@libp2p/interface";
import {
  type Channel,
  type Clock,
  type DeviceId,
  isNetworkError,
  NetworkError,
  type Path,
  type Protocol,
} from "@skein/core";
import { relayOf } from "./addresses.ts";
import { openChannel } from "./channel.ts";
import type { ChannelRegistry } from "./channel-registry.ts";
import { firstOf } from "./connect.ts";
import type { DirectPaths } from "./direct-paths.ts";
import type { LeafDirectory } from "./directory.ts";
import { toNetworkError } from "./network-errors.ts";
import type { RelayedPaths } from "./relayed-paths.ts";

/** What dialling needs. */
export interface DialDependencies {
  readonly clock: Clock;
  readonly directory: LeafDirectory;
  readonly relayed: RelayedPaths;
  readonly direct: DirectPaths;
  readonly channels: ChannelRegistry;
}

/** A stream on a connection that may have died without telling gets this long, ms. */
const STREAM_TIMEOUT_MS = 5_000;

/**
 * Opens a channel: over a proven direct connection, else over a relayed one that is open, else over a new relayed one; then
 * seeks a direct path in the background. A connection that is silent for a moment is not waited for: its peer may have gone
 * without a word, as a page that is reloaded does. Always by a connection we hold: asking libp2p for "this peer" would dial
 * whatever address it once heard (js-libp2p never counts a relayed connection as existing).
 */
export async function dialChannel(
  device: DeviceId,
  protocol: Protocol,
  dependencies: DialDependencies,
  signal: AbortSignal,
): Promise<Channel> {
  const { clock, direct, relayed } = dependencies;
  const held = [direct.usable(device), ...relayed.open(device)].flatMap((each) => (each === undefined ? [] : [each]));
  const overHeld = held.map(
    (connection) => () => orUnsupported(openOnHeld(connection, device, protocol, dependencies, signal)),
  );
  const overNew = async (each: AbortSignal): Promise<Opened> => {
    const connection = await connectRelayed(device, dependencies, each);
    return orUnsupported(openOn(connection, device, protocol, dependencies, each));
  };
  const opened = await firstOf([...overHeld, overNew], { clock, discard: dropLate }, signal);
  if (opened instanceof NetworkError) throw opened;
  return opened;
}

/** A channel, or the peer's word that it does not speak the protocol: no other way would change that. */
type Opened = Channel | NetworkError;

async function orUnsupported(opening: Promise<Channel>): Promise<Opened> {
  try {
    return await opening;
  } catch (error) {
    if (isNetworkError(error, "unsupported")) return error;
    throw error;
  }
}

function dropLate(late: Opened): void {
  if (!(late instanceof NetworkError)) late.close("done").catch(() => {});
}

/** On a connection that may be dead: when it does not answer in its own time, it is dropped and a direct path sought anew. */
async function openOnHeld(
  connection: Connection,
  device: DeviceId,
  protocol: Protocol,
  dependencies: DialDependencies,
  signal: AbortSignal,
): Promise<Channel> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(STREAM_TIMEOUT_MS)]);
  try {
    return await openOn(connection, device, protocol, dependencies, limit);
  } catch (error) {
    signal.throwIfAborted();
    if (!isNetworkError(error, "unsupported")) {
      connection.abort(new Error("it does not answer"));
      const [open] = dependencies.relayed.open(device);
      if (open !== undefined) dependencies.direct.seek(device, open);
    }
    throw error;
  }
}

/** By what we know, then once more by what the supernodes say now. */
async function connectRelayed(
  device: DeviceId,
  { directory, relayed }: DialDependencies,
  signal: AbortSignal,
): Promise<Connection> {
  const known = await directory.findDevice(device, signal);
  if (known === undefined) throw new NetworkError("unreachable", "nobody knows where this device is");
  try {
    return await relayed.connect(known, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isNetworkError(error, "peer-mismatch")) throw error;
    const fresh = await directory.refreshDevice(device, signal).catch(() => undefined);
    if (fresh === undefined || fresh.sequence === known.sequence) throw error;
    return relayed.connect(fresh, signal);
  }
}

async function openOn(
  connection: Connection,
  device: DeviceId,
  protocol: Protocol,
  { channels, direct }: DialDependencies,
  signal: AbortSignal,
): Promise<Channel> {
  try {
    const stream = await connection.newStream(protocol, {
      signal,
      runOnLimitedConnection: true,
      // Whoever dials wants to know that the other side speaks it.
      negotiateFully: true,
    });
    const channel = openChannel(stream, device, pathOf(connection), direct.activityOn(connection));
    channels.add({ channel, protocol, opened: "dialled" });
    if (channel.path.value.kind === "relayed") direct.seek(device, connection);
    return channel;
  } catch (error) {
    signal.throwIfAborted();
    throw toNetworkError(error);
  }
}

/** What the page draws for a connection. */
export function pathOf(connection: Connection): Path {
  const relay = relayOf(connection.remoteAddr);
  return relay === undefined ? { kind: "direct" } : { kind: "relayed", by: relay };
}
