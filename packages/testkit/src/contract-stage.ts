import { setTimeout as sleep } from "node:timers/promises";
import type { DeviceId, Presence, Protocol } from "@skein/core";
import { type Availability, type Channel, isNetworkError, type NetworkErrorCode } from "@skein/core";
import { signPresence } from "@skein/identity";
import { arrivingChannels } from "./arrivals.ts";
import type { ContractMember, ContractWorld } from "./contract-world.ts";

/** The protocol contracts speak when it does not matter which. */
export const CONTRACT_PROTOCOL: Protocol = "/skein/contract/1";

/** How long to rest between two looks at a condition nobody announces: a supernode answers a peer 100 times, then ten a second. */
const LOOK_EVERY_MS = 50;

/** What a contract test says of a presence; the rest follows from the member. */
export interface PresenceWish {
  /** Left out: the next one, above all before it. */
  readonly sequence?: number;
  /** ms since 1970; left out: now. A record lives 60 minutes from here. */
  readonly issuedAt?: number;
  readonly availability?: Availability;
}

/** The two ends of a channel: the one that dialled and the one that was dialled. */
export interface Ends {
  readonly near: Channel;
  readonly far: Channel;
}

/** What one contract test works with. Members that joined through it are stopped when the test ends. */
export interface Stage {
  readonly world: ContractWorld;
  /** A new member, its network not started. */
  join(sameUserAs?: ContractMember): Promise<ContractMember>;
  /** A new member, started, its presence published. */
  online(sameUserAs?: ContractMember): Promise<ContractMember>;
  start(member: ContractMember): Promise<void>;
  sign(member: ContractMember, wish?: PresenceWish): Presence;
  /** Signs and publishes. */
  publish(member: ContractMember, wish?: PresenceWish): Promise<Presence>;
  /** Finds the other's presence, as every client does first, then dials. */
  dial(from: ContractMember, to: ContractMember, protocol?: Protocol): Promise<Channel>;
  /** A channel between two members, both ends. */
  connect(from: ContractMember, to: ContractMember, protocol?: Protocol): Promise<Ends>;
  /** A fresh deadline for one step. */
  deadline(): AbortSignal;
  /** Waits for a step, at most until its deadline; `what` is what the failure says was missing. */
  within<T>(step: Promise<T>, what: string): Promise<T>;
  /** Looks again and again until the answer is not `undefined`. For conditions that nobody announces. */
  eventually<T>(look: () => Promise<T | undefined>, what: string): Promise<T>;
  /** Expects a `NetworkError` with this code, within the deadline. */
  rejects(step: Promise<unknown>, code: NetworkErrorCode): Promise<void>;
  /** Shows the test as skipped, for this reason. */
  skip(reason: string): never;
}

/** Makes the stage of one test, and the act that clears it. */
export function createStage(
  options: { readonly deadlineMs: number },
  dependencies: { readonly world: ContractWorld; readonly skip: (reason: string) => never },
): { readonly stage: Stage; readonly clear: () => Promise<void> } {
  const { world, skip } = dependencies;
  const members: ContractMember[] = [];
  // Above anything a network may have published by itself at its start.
  let sequence = Date.now() + 60_000;

  const deadline = (): AbortSignal => AbortSignal.timeout(options.deadlineMs);
  const within: Stage["within"] = (step, what) => race(step, options.deadlineMs, what);
  const stage: Stage = {
    world,
    skip,
    deadline,
    within,
    async join(sameUserAs) {
      const member = await within(world.join(sameUserAs), "a member joins the world");
      members.push(member);
      return member;
    },
    async online(sameUserAs) {
      const member = await stage.join(sameUserAs);
      await stage.start(member);
      await stage.publish(member);
      return member;
    },
    start: (member) => within(member.network.start(deadline()), "start resolves"),
    sign(member, wish = {}) {
      sequence += 1;
      return signPresence(
        {
          certificate: member.account.certificate,
          sequence: wish.sequence ?? sequence,
          issuedAt: wish.issuedAt ?? Date.now(),
          availability: wish.availability ?? "online",
          via: member.via(),
        },
        member.account.deviceKey,
      );
    },
    async publish(member, wish) {
      const presence = stage.sign(member, wish);
      await within(member.network.directory.publish(presence, deadline()), "publish resolves");
      return presence;
    },
    async dial(from, to, protocol = CONTRACT_PROTOCOL) {
      await stage.eventually(() => presenceOf(from, to, deadline()), "the other's presence is found");
      return within(from.network.dial(to.network.self, protocol, deadline()), "dial resolves");
    },
    async connect(from, to, protocol = CONTRACT_PROTOCOL) {
      const arriving = arrivingChannels(to.network, protocol);
      const near = await stage.dial(from, to, protocol);
      const far = await within(arriving.next(), "the listener gets the channel");
      arriving.end();
      return { near, far };
    },
    async eventually(look, what) {
      const signal = deadline();
      for (;;) {
        const found = await within(look(), what);
        if (found !== undefined) return found;
        if (signal.aborted) throw new Error(`not within ${options.deadlineMs} ms: ${what}`);
        await sleep(LOOK_EVERY_MS);
      }
    },
    async rejects(step, code) {
      const outcome = await within(
        step.then(
          () => "it succeeded",
          (error: unknown) => error,
        ),
        `rejects with ${code}`,
      );
      if (!isNetworkError(outcome, code)) throw new Error(`rejects with ${code}, not: ${outcome}`, { cause: outcome });
    },
  };
  const clear = async (): Promise<void> => {
    await Promise.all(members.map((member) => within(member.network.stop(), "stop resolves at the end of the test")));
  };
  return { stage, clear };
}

/** What `from` finds of the device of `to`, if anything. */
export async function presenceOf(
  from: ContractMember,
  to: ContractMember,
  signal: AbortSignal,
): Promise<Presence | undefined> {
  const device: DeviceId = to.network.self;
  const found = await from.network.directory.find(to.account.user, signal);
  return found.find((presence) => presence.device === device);
}

function race<T>(step: Promise<T>, deadlineMs: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not within ${deadlineMs} ms: ${what}`)), deadlineMs);
    step.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
