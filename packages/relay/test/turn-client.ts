import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { TurnCredential } from "../src/credentials.ts";
import { ATTRIBUTE, METHOD } from "../src/specification.ts";
import { attributeValue, parseStun, type StunAttribute, type StunMessage } from "../src/stun-message.ts";
import type { TransportAddress } from "../src/transport-address.ts";
import { address, addressOf, buildRequest, nextTransaction, REALM, type Signer, textOf, UDP } from "./requests.ts";

/** A UDP socket that hands out what it hears, one packet at a time. */
export interface Ear {
  readonly address: TransportAddress;
  send(bytes: Buffer, to: TransportAddress): void;
  /** The next packet not yet handed out; waits for it. */
  next(): Promise<{ readonly bytes: Buffer; readonly port: number }>;
  close(): void;
}

/** A small TURN client over a real socket. */
export interface TurnClient extends Ear {
  /** Sends a request, signed once a nonce is known, and resolves with its answer. Learns nonces. */
  ask(method: number, attributes?: readonly StunAttribute[]): Promise<StunMessage>;
  /** Allocates and resolves with the relayed address. Throws when refused. */
  allocate(attributes?: readonly StunAttribute[]): Promise<TransportAddress>;
  signer(): Signer;
}

/** Opens a socket on 127.0.0.1. */
export async function openEar(): Promise<Ear> {
  const socket: Socket = createSocket("udp4");
  const waiting: ((packet: { bytes: Buffer; port: number }) => void)[] = [];
  const heard: { bytes: Buffer; port: number }[] = [];
  socket.on("message", (bytes, { port }) => {
    const first = waiting.shift();
    if (first === undefined) heard.push({ bytes, port });
    else first({ bytes, port });
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: address("127.0.0.1", socket.address().port),
    send: (bytes, to) => socket.send(bytes, to.port, to.host),
    next: () => {
      const first = heard.shift();
      return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
    },
    close: () => socket.close(),
  };
}

/** Makes a client of the server at `server`. It has one request under way at a time. */
export async function openTurnClient(server: TransportAddress, credential: TurnCredential): Promise<TurnClient> {
  const ear = await openEar();
  let nonce: string | undefined;
  const signer = (): Signer => {
    if (nonce === undefined) throw new Error("no nonce yet");
    return { username: credential.username, password: credential.credential, realm: REALM, nonce };
  };
  const ask: TurnClient["ask"] = async (method, attributes = []) => {
    const transaction = nextTransaction();
    ear.send(buildRequest(method, attributes, nonce === undefined ? undefined : signer(), transaction), server);
    for (;;) {
      const parsed = parseStun((await ear.next()).bytes);
      if (parsed.kind === "refused" || !parsed.message.transaction.equals(transaction)) continue;
      nonce = textOf(parsed.message, ATTRIBUTE.nonce) ?? nonce;
      return parsed.message;
    }
  };
  return {
    ...ear,
    ask,
    signer,
    async allocate(attributes = [UDP]) {
      if (nonce === undefined) await ask(METHOD.allocate, attributes);
      const answer = await ask(METHOD.allocate, attributes);
      const relayed = addressOf(answer, ATTRIBUTE.xorRelayedAddress);
      if (relayed === undefined) throw new Error(`refused: ${attributeValue(answer, ATTRIBUTE.errorCode)?.toString()}`);
      return relayed;
    },
  };
}
