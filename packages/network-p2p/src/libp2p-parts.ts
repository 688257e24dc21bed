import type { Connection, PeerId, Stream, StreamHandler, StreamHandlerOptions, Transport } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";

/**
 * The parts of a libp2p node that its public face hides and we need: dialling one address and nothing else, replacing a
 * handler, asking one relay for a reservation. Structural, so that nothing internal is imported.
 */
export interface Libp2pParts {
  readonly transportManager: {
    dial(address: Multiaddr, options: { readonly signal: AbortSignal }): Promise<Connection>;
    getTransports(): Transport[];
  };
  readonly registrar: {
    getHandler(protocol: string): { readonly handler: StreamHandler; readonly options: StreamHandlerOptions };
    handle(protocol: string, handler: StreamHandler, options: StreamHandlerOptions): Promise<void>;
  };
  readonly addressManager: {
    /** Every address of ours, also those that nobody has reached yet. */
    getAddressesWithMetadata(): readonly OwnAddress[];
    /** An address was reached from outside: from now on it is named to others. */
    confirmObservedAddr(address: Multiaddr): void;
  };
  /** What services are made of: some of ours begin and end while the node runs. */
  readonly components: unknown;
}

/** An address of ours, as libp2p 3.3.11 keeps it. */
export interface OwnAddress {
  readonly multiaddr: Multiaddr;
  /** `announce`: configured, and called verified without any test. */
  readonly type: string;
  readonly verified: boolean;
  /** When it was last found to be reached, ms; missing when never. */
  readonly lastVerified?: number | undefined;
}

/** The client half of circuit relay v2, as @libp2p/circuit-relay-v2 4.2.13 has it. */
export interface RelayReservations {
  addRelay(relay: PeerId, type: "configured"): Promise<unknown>;
  hasReservation(relay: PeerId): boolean;
  addEventListener(type: "relay:removed", listener: (event: CustomEvent<{ readonly relay: PeerId }>) => void): void;
}

/** A libp2p service that does nothing but hand out the parts. (The object it gets would start and stop itself.) */
export function exposeParts(components: Omit<Libp2pParts, "components">): Libp2pParts {
  const { addressManager, registrar, transportManager } = components;
  return { addressManager, registrar, transportManager, components };
}

/** The reservations of a node's circuit relay transport. Throws when the node has no such transport: a bug. */
export function reservationsOf(parts: Libp2pParts): RelayReservations {
  const transport = parts.transportManager
    .getTransports()
    .find((each) => each[Symbol.toStringTag] === "@libp2p/circuit-relay-v2-transport");
  if (transport === undefined || !("reservationStore" in transport)) throw new Error("no circuit relay transport");
  return transport.reservationStore as RelayReservations;
}

/**
 * Puts a gate before a protocol's handler; a stream it does not admit is reset before a byte of it is read. (Not libp2p's
 * own middleware: `Connection.onIncomingStream` of 3.3.11 appends to the registered list with every stream.)
 */
export async function gateProtocol(
  parts: Libp2pParts,
  protocol: string,
  admit: (connection: Connection, stream: Stream) => boolean,
): Promise<void> {
  const { handler, options } = parts.registrar.getHandler(protocol);
  const gated: StreamHandler = (stream, connection) => {
    if (admit(connection, stream)) return handler(stream, connection);
    stream.abort(new Error("not admitted"));
  };
  await parts.registrar.handle(protocol, gated, { ...options, force: true });
}
