import type { Clock, Network, Random, Report, UserId } from "@skein/core";
import type { Account } from "@skein/identity";
import type { LineEvent } from "../machine/input.ts";
import type { Media } from "../media/media.ts";
import type { Relation } from "../signalling/front-door.ts";

/** What calls work with. */
export interface CallsDependencies {
  readonly network: Network;
  readonly account: Account;
  readonly clock: Clock;
  /** Must be the system source outside tests: call ids and nonces come from it. */
  readonly random: Random;
  readonly report: Report;
  /** What somebody is to us, right now: contacts ring, strangers are refused, the blocked hear nothing. */
  readonly relation: (user: UserId) => Relation;
  readonly media: Media;
}

/** What the parts of the driver share. */
export interface LineContext extends Omit<CallsDependencies, "network"> {
  /** The network in use now; it may be changed during a call. */
  readonly network: () => Network;
  /** Tells the machine. What follows from it happens before this returns, unless the machine is already at work. */
  readonly feed: (event: LineEvent) => void;
}
