/** Numbers of the server that are ours to tune; the table of docs/spec/central.md says what happens beyond each. */
export interface CentralLimits {
  /** Connections at once, logged in or not. */
  readonly maxSessions: number;
  /** Connections at once from one IP address. */
  readonly maxSessionsPerAddress: number;
  /** Time from connecting to a good login, ms. */
  readonly loginTimeoutMs: number;
  /** Time between two pings, ms; a session that says nothing from one ping to the next is dead. */
  readonly pingIntervalMs: number;
  /** What a session may spend: a data frame costs 1, a request {@link REQUEST_COST}, a publish {@link PUBLISH_COST}. */
  readonly allowancePerSecond: number;
  readonly allowanceBurst: number;
  /** Pieces one session may deposit. */
  readonly depositsPerSecond: number;
  readonly depositsBurst: number;
  /** Users one session may watch. */
  readonly maxWatched: number;
  /** Open pipes of one session, dialled and answered together. */
  readonly maxPipes: number;
  /** Bytes waiting to go out to one session. */
  readonly maxBufferedBytes: number;
  /** Bytes waiting to go out to all sessions together. */
  readonly maxBufferedBytesTotal: number;
  /** Presence records kept. */
  readonly maxPresences: number;
  /** Device lists and mailbox hints kept on disk. */
  readonly maxDurables: number;
  /** Pieces in one mailbox. */
  readonly mailboxPieces: number;
  /** Sealed bytes in one mailbox. */
  readonly mailboxBytes: number;
  /** Sealed bytes in all mailboxes together. */
  readonly mailTotalBytes: number;
  /** How long a piece is kept, ms. */
  readonly mailTtlMs: number;
  /** Life of relay credentials, ms. */
  readonly credentialLifetimeMs: number;
}

/** What a request costs of a session's allowance: it is parsed and answered, a data frame is only passed on. */
export const REQUEST_COST = 40;

/** What a publish costs: two Ed25519 checks, about 3 ms. */
export const PUBLISH_COST = 1_000;

/** The limits in production, with the reason for each. */
export const DEFAULT_LIMITS: CentralLimits = {
  // About 60 KiB a session: 1.2 GiB. Higher needs a bigger machine.
  maxSessions: 20_000,
  // An office or a campus behind one address. Lower turns them away; higher lets one machine take more of the whole.
  maxSessionsPerAddress: 500,
  // Three round trips on a bad link. Higher: idle strangers hold connections longer.
  loginTimeoutMs: 10_000,
  // A dead device is noticed within two of these, below the 30 s promised. Lower: more traffic of idle tabs.
  pingIntervalMs: 12_000,
  // 80 MB/s in full frames, 100 requests a second. Lower slows honest file transfers.
  allowancePerSecond: 4_000,
  allowanceBurst: 16_000,
  // Someone comes online with a full outbox; after that a fast writer.
  depositsPerSecond: 10,
  depositsBurst: 500,
  maxWatched: 2_000,
  maxPipes: 256,
  // 16 full windows. Lower cuts off slow links with many channels; higher lets a stalled device hold more memory.
  maxBufferedBytes: 4 * 1024 * 1024,
  maxBufferedBytesTotal: 256 * 1024 * 1024,
  // 1 KiB each and as much again for the index: 200 MB at most.
  maxPresences: 100_000,
  // 1 KiB each and as much again for the index, on disk: 1 GB at most.
  maxDurables: 500_000,
  mailboxPieces: 1_000,
  mailboxBytes: 16 * 1024 * 1024,
  mailTotalBytes: 8 * 1024 * 1024 * 1024,
  mailTtlMs: 30 * 24 * 3_600_000,
  // A call may start at any time in it; the relay lets running calls go on longer.
  credentialLifetimeMs: 6 * 3_600_000,
};
