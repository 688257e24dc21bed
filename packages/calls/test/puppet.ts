import type { Channel, Clock, DeviceId, Network, Random } from "@skein/core";
import { type Account, createAccount, introduce } from "@skein/identity";
import type { MemoryWorld } from "@skein/testkit";
import { CALL_PROTOCOL, type CallMessage, callMessage } from "@skein/wire";
import { createDialogue, type Dialogue } from "../src/negotiation/dialogue.ts";
import { fakeDescription } from "../src/testing/fake-media.ts";

/** A device moved by hand: it speaks the protocol as far as the test wants. */
export interface Puppet {
  readonly account: Account;
  readonly network: Network;
  /** Opens a channel and says nothing yet. */
  open(device: DeviceId): Promise<Wire>;
  /** Opens a channel and introduces itself. */
  approach(device: DeviceId): Promise<Wire>;
  /** The next channel that is opened to it; introductions are made. */
  approached(): Promise<Wire>;
  /** Its side of a call's descriptions. */
  dialogue(call: Uint8Array, role: "caller" | "callee", peer: DeviceId): Dialogue;
}

/** One channel, by hand. */
export interface Wire {
  readonly channel: Channel;
  /** Everything that came so far, oldest first. */
  readonly heard: Uint8Array[];
  /** What came that is a call message. */
  readonly messages: readonly CallMessage[];
  readonly closed: boolean;
  say(message: CallMessage): Promise<void>;
}

/** A description for a puppet's end; every name gives another ICE user. */
export function puppetSdp(name: string, setup: "actpass" | "active"): string {
  const fingerprint = Array.from({ length: 32 }, () => "AB").join(":");
  return fakeDescription({ ufrag: name.padEnd(8, "0"), fingerprint, setup });
}

/** Puts a puppet into the world. */
export async function createPuppet(
  name: string,
  { world, clock, random }: { readonly world: MemoryWorld; readonly clock: Clock; readonly random: Random },
): Promise<Puppet> {
  const account = createAccount({ name, deviceName: "puppet" }, { random, now: clock.now() });
  const network = world.join(account.device);
  await network.start(AbortSignal.timeout(5_000));
  const own = introduce({ certificate: account.certificate, card: account.card.bytes });
  const arrived: Channel[] = [];
  const awaiting: ((channel: Channel) => void)[] = [];
  network.listen(CALL_PROTOCOL, (channel) => {
    const take = awaiting.shift();
    if (take === undefined) arrived.push(channel);
    else take(channel);
  });

  const open = async (device: DeviceId): Promise<Wire> =>
    createWire(await network.dial(device, CALL_PROTOCOL, AbortSignal.timeout(5_000)));

  return {
    account,
    network,
    open,
    async approach(device) {
      const wire = await open(device);
      await wire.channel.send(own);
      return wire;
    },
    async approached() {
      const waiting = arrived.shift();
      const channel = waiting ?? (await new Promise<Channel>((resolve) => awaiting.push(resolve)));
      await channel.send(own);
      return createWire(channel);
    },
    dialogue: (call, role, peer) =>
      createDialogue({ call, role, self: account.device, peer }, { signer: account.deviceKey, clock, random }),
  };
}

function createWire(channel: Channel): Wire {
  const heard: Uint8Array[] = [];
  let closed = false;
  void channel.closed.then(() => {
    closed = true;
  });
  void (async () => {
    for await (const bytes of channel.incoming) heard.push(bytes);
  })();
  return {
    channel,
    heard,
    get messages() {
      return heard.map((bytes) => callMessage.decode(bytes)).flatMap((message) => (message.ok ? [message.value] : []));
    },
    get closed() {
      return closed;
    },
    say: (message) => channel.send(callMessage.encode(message)),
  };
}
