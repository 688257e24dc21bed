/** An IPv4 address and port. Compare with {@link addressKey}; the text is kept because sockets want it. */
export interface TransportAddress {
  /** Dotted decimal. */
  readonly host: string;
  /** The same address as an unsigned 32-bit number. */
  readonly ip: number;
  readonly port: number;
}

const OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const DOTTED = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

/** A client: its address and the number of the server address it spoke to. Over UDP this is the 5-tuple. */
export interface ClientAddress extends TransportAddress {
  /** 0–31, as the driver numbers its listening sockets. */
  readonly listener: number;
}

/** Reads dotted decimal as an unsigned 32-bit number; undefined when it is not an IPv4 address. */
export function parseIp(host: string): number | undefined {
  const match = DOTTED.exec(host);
  if (match === null) return undefined;
  return ((Number(match[1]) * 256 + Number(match[2])) * 256 + Number(match[3])) * 256 + Number(match[4]);
}

/** Writes an unsigned 32-bit number as dotted decimal. */
export function formatIp(ip: number): string {
  return `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
}

/** Makes a transport address of text and port; undefined when the text is not IPv4 or the port not 1–65535. */
export function parseTransportAddress(host: string, port: number): TransportAddress | undefined {
  const ip = parseIp(host);
  if (ip === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  return { host, ip, port };
}

/** Makes a transport address of a number and a port. */
export function transportAddress(ip: number, port: number): TransportAddress {
  return { host: formatIp(ip), ip, port };
}

/** One number for address and port, below 2^48, fit as a map key. */
export function addressKey(address: TransportAddress): number {
  return address.ip * 65_536 + address.port;
}

/** One number for a client, below 2^53, fit as a map key. */
export function clientKey(client: ClientAddress): number {
  return client.listener * 2 ** 48 + addressKey(client);
}
