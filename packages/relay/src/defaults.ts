/** Numbers that are ours to tune; each may be set through `limits` of the relay's options. */
export interface RelayLimits {
  /** Allocations at once. */
  readonly maxAllocations: number;
  /** Allocations at once for one credential id. */
  readonly maxAllocationsPerId: number;
  /** Allocations at once for one client IP address. */
  readonly maxAllocationsPerAddress: number;
  /** Peer IP addresses one allocation may hear from. */
  readonly maxPermissions: number;
  /** Channels one allocation may bind. */
  readonly maxChannels: number;
  /** Payload one allocation may relay, both directions together, bytes per second. */
  readonly relayedBytesPerSecond: number;
  /** What an allocation may relay at once after a quiet time, bytes. */
  readonly relayedBurstBytes: number;
  /** Longest life a client may ask for, ms. */
  readonly maxLifetimeMs: number;
  /** How long a nonce is good, ms. */
  readonly nonceLifetimeMs: number;
  /** How long an allocation may still be refreshed after its credential ended, ms. */
  readonly credentialGraceMs: number;
  /** Answers to requests without valid credentials, per client IP address and second. */
  readonly openAnswersPerSecond: number;
  /** Such answers after a quiet time. */
  readonly openAnswersBurst: number;
  /** Client IP addresses whose open answers are counted one by one; the rest share one count. */
  readonly maxCountedAddresses: number;
}

/** The limits of a relay in production, with the reason for each. */
export const DEFAULT_LIMITS: RelayLimits = {
  // One core carries about 300 one-hop calls; 400 allocations (a browser makes one a network interface, most idle)
  // leave a third of it free. Higher: calls stutter when all talk. Lower: people are turned away early.
  maxAllocations: 400,
  // A mesh of 4 with a spare connection each, on 3 interfaces: 3 × 2 × 3 = 18, plus some that are ending.
  maxAllocationsPerId: 24,
  // A household or small office behind one NAT. Lower: offices fail. Higher: one machine can take a quarter more.
  maxAllocationsPerAddress: 100,
  // ICE names 10 to 30 addresses of a peer.
  maxPermissions: 64,
  // A browser binds a channel only to the pair it talks over, and a few while it decides.
  maxChannels: 32,
  // A voice call is 2 × 8 kB/s with headers; the rest lets a file pass while nobody can rent the relay for video.
  relayedBytesPerSecond: 128_000,
  // Two seconds' worth, so that a burst of history after connecting is not cut.
  relayedBurstBytes: 256_000,
  // The most RFC 8656 §7.2 recommends. Lower: more refreshes. Higher: allocations of crashed tabs stay longer.
  maxLifetimeMs: 3_600_000,
  // RFC 8656 §5 asks for a new nonce at least once an hour.
  nonceLifetimeMs: 3_600_000,
  // A call outlives its credential; half a day is the longest call we keep alive that way.
  credentialGraceMs: 43_200_000,
  // One page asks 2 to 10 times at its start. More helps only one who lends us as a mirror for forged packets.
  openAnswersPerSecond: 50,
  openAnswersBurst: 200,
  // About 1 MB at most.
  maxCountedAddresses: 10_000,
};

/** Ports relays are opened on unless told otherwise: the dynamic range (RFC 8656 §7.2). */
export const DEFAULT_RELAY_PORTS: { readonly min: number; readonly max: number } = { min: 49_152, max: 65_535 };

/** Ports tried for one allocation before it is refused: a range 90 % full still succeeds 19 times in 20. */
export const PORT_ATTEMPTS: number = 28;

/** Receive buffer asked of the system for each socket, bytes: 100 ms of 10 000 packets a second. The kernel may give less. */
export const RECEIVE_BUFFER_BYTES: number = 1_048_576;

/** Addresses of the machine listened on at most; 32 fit into a client's key. */
export const MAX_LISTENERS: number = 16;

/** Bytes that may wait in one socket for the system to take them; beyond, packets are thrown away: late voice is no use. */
export const MAX_SEND_QUEUE_BYTES: number = 1_048_576;

/** Attributes read from one message; an honest one has at most about 40 (a permission request with many peers). */
export const MAX_ATTRIBUTES: number = 96;

/** Answers kept for repeated requests (see `ANSWER_KEPT_MS`), about 150 bytes each. */
export const MAX_KEPT_ANSWERS: number = 1_000;

/** Longest id inside a user name, characters. */
export const MAX_CREDENTIAL_ID_LENGTH: number = 128;

/** What the server calls itself; short, because it goes out to anyone who asks. */
export const SOFTWARE: string = "skein";
