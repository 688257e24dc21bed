import { type Channel, type DeviceId, deviceIdFromKey, type NetworkStatus, systemRandom } from "@skein/core";
import { createKeyPair } from "@skein/identity";
import { expect } from "vitest";
import { arrivingChannels, readChannel } from "./arrivals.ts";
import { type ContractOptions, contract } from "./contract.ts";
import { CONTRACT_PROTOCOL, presenceOf } from "./contract-stage.ts";
import type { ContractWorld } from "./contract-world.ts";

/**
 * What every `Network` promises of starting, stopping, dialling and listening: docs/spec/network.md, rules NW*.
 * Defines tests; call it at the top level of a test file.
 */
export function networkContract(
  name: string,
  makeWorld: () => Promise<ContractWorld>,
  options: ContractOptions = {},
): void {
  contract(`${name}: network`, makeWorld, options, (test) => {
    test("[NW1] start resolves when others can reach the device", async (stage) => {
      const alice = await stage.online();
      const bob = await stage.join();
      const arriving = arrivingChannels(bob.network, CONTRACT_PROTOCOL);
      await stage.start(bob);
      await stage.publish(bob);
      await stage.dial(alice, bob);
      await stage.within(arriving.next(), "the channel arrives at the first try");
    });

    test("[NW2] status goes from stopped over joining to online, and back to stopped", async (stage) => {
      const { network } = await stage.join();
      const kinds: NetworkStatus["kind"][] = [];
      network.status.subscribe(({ kind }) => {
        if (kinds.at(-1) !== kind) kinds.push(kind);
      });
      await stage.within(network.start(stage.deadline()), "start");
      expect(network.status.value.kind).toBe("online");
      await stage.within(network.stop(), "stop");
      expect(network.status.value.kind).toBe("stopped");
      expect(kinds).toEqual(["stopped", "joining", "online", "stopped"]);
    });

    test("[NW3] an aborted start rejects with the abort reason and leaves the network stopped", async (stage) => {
      const { network } = await stage.join();
      const reason = new Error("changed my mind");
      await expect(network.start(AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(network.status.value.kind).toBe("stopped");
      await stage.within(network.start(stage.deadline()), "a later start");
      expect(network.status.value.kind).toBe("online");
    });

    test("[NW4] both ends of a channel name the other's device, proven", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const { near, far } = await stage.connect(alice, bob);
      expect(near.peer).toBe(bob.account.device);
      expect(far.peer).toBe(alice.account.device);
      expect(alice.network.self).toBe(alice.account.device);
    });

    test("[NW5] who got a channel can dial its peer back, by device id alone", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const { far } = await stage.connect(alice, bob);
      const arriving = arrivingChannels(alice.network, "/skein/contract-back/1");
      const back = await bob.network.dial(far.peer, "/skein/contract-back/1", stage.deadline());
      expect(back.peer).toBe(alice.network.self);
      expect((await stage.within(arriving.next(), "the channel back arrives")).peer).toBe(bob.network.self);
    });

    test("[NW6] two who dial each other at the same time get two channels", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const [atAlice, atBob] = [alice, bob].map(({ network }) => arrivingChannels(network, CONTRACT_PROTOCOL));
      const [fromAlice, fromBob] = await Promise.all([stage.dial(alice, bob), stage.dial(bob, alice)]);
      for (const [near, arriving] of [
        [fromAlice, atBob],
        [fromBob, atAlice],
      ] as const) {
        if (arriving === undefined) throw new Error("two listeners were set up");
        const far = await stage.within(arriving.next(), "the channel arrives");
        await stage.within(near.send(Uint8Array.of(1)), "send");
        expect(await stage.within(readChannel(far).next(), "the message")).toEqual(Uint8Array.of(1));
      }
    });

    test("[NW7] dialling a device nobody knows rejects with unreachable", async (stage) => {
      const alice = await stage.online();
      await stage.rejects(
        alice.network.dial(stranger(), CONTRACT_PROTOCOL, AbortSignal.timeout(60_000)),
        "unreachable",
      );
    });

    test("[NW8] dialling a device that has stopped rejects with unreachable", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      bob.network.listen(CONTRACT_PROTOCOL, () => {});
      await stage.eventually(() => presenceOf(alice, bob, stage.deadline()), "Bob's presence is found");
      await stage.within(bob.network.stop(), "stop");
      const dialled = alice.network.dial(bob.network.self, CONTRACT_PROTOCOL, AbortSignal.timeout(60_000));
      await stage.rejects(dialled, "unreachable");
    });

    test("[NW9] dialling for a protocol nobody listens to there rejects with unsupported", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      await stage.rejects(stage.dial(alice, bob), "unsupported");
    });

    test("[NW10] a second listener for a protocol throws; after unsubscribing another may listen", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const first = arrivingChannels(bob.network, CONTRACT_PROTOCOL);
      expect(() => bob.network.listen(CONTRACT_PROTOCOL, () => {})).toThrow();
      first.end();
      await stage.rejects(stage.dial(alice, bob), "unsupported");
      const second = arrivingChannels(bob.network, CONTRACT_PROTOCOL);
      first.end(); // A second time does nothing: it must not end the new listener.
      await stage.dial(alice, bob);
      await stage.within(second.next(), "the second listener gets the channel");
      expect(first.all).toEqual([]);
    });

    test("[NW11] dial rejects with the abort reason and leaves no open channel behind", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const arriving = arrivingChannels(bob.network, CONTRACT_PROTOCOL);
      const kept = await stage.dial(alice, bob);
      const reason = new Error("changed my mind");
      const before = alice.network.dial(bob.network.self, CONTRACT_PROTOCOL, AbortSignal.abort(reason));
      await expect(stage.within(before, "dial with an aborted signal rejects")).rejects.toBe(reason);
      const control = new AbortController();
      const during = alice.network.dial(bob.network.self, CONTRACT_PROTOCOL, control.signal);
      control.abort(reason);
      await expect(stage.within(during, "an aborted dial rejects")).rejects.toBe(reason);
      // A later channel is the witness that anything the aborted dial may have opened has arrived before it.
      const last = await stage.dial(alice, bob);
      await stage.within(last.send(Uint8Array.of(7)), "send on the last channel");
      const open: Channel[] = [];
      await stage.eventually(async () => {
        const states = await Promise.all(arriving.all.map(isOpen));
        open.splice(0, open.length, ...arriving.all.filter((_, index) => states[index]));
        return open.length === 2 ? true : undefined;
      }, "only the first and the last channel stay open");
      await stage.within(kept.send(Uint8Array.of(6)), "send on the first channel");
      const first = open.map((channel) => stage.within(readChannel(channel).next(), "its message"));
      expect((await Promise.all(first)).map((message) => message[0]).sort()).toEqual([6, 7]);
    });

    test("[NW12] stop closes every channel with stopped, and the other side's end too", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const dialled = await stage.connect(alice, bob);
      const taken = await stage.connect(bob, alice, "/skein/contract-other/1");
      await stage.within(alice.network.stop(), "stop");
      expect(await stage.within(dialled.near.closed, "the channel Alice dialled")).toBe("stopped");
      expect(await stage.within(taken.far.closed, "the channel Alice took")).toBe("stopped");
      await stage.within(Promise.all([dialled.far.closed, taken.near.closed]), "Bob's ends close");
      expect(await stage.within(readChannel(dialled.far).rest(), "Bob's iteration ends")).toEqual([]);
    });

    test("[NW13] a network that is not started rejects dial with stopped; so does a dial under way", async (stage) => {
      const alice = await stage.join();
      const bob = await stage.online();
      bob.network.listen(CONTRACT_PROTOCOL, () => {});
      const dial = () => alice.network.dial(bob.network.self, CONTRACT_PROTOCOL, stage.deadline());
      await stage.rejects(dial(), "stopped");
      await stage.start(alice);
      await stage.eventually(() => presenceOf(alice, bob, stage.deadline()), "Bob's presence is found");
      const underWay = dial();
      await Promise.all([stage.rejects(underWay, "stopped"), alice.network.stop()]);
      await stage.rejects(dial(), "stopped");
    });

    test("[NW14] after stop, start works again, and listeners still listen", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const arriving = arrivingChannels(bob.network, CONTRACT_PROTOCOL);
      await stage.within(bob.network.stop(), "stop");
      await stage.start(bob);
      await stage.publish(bob);
      await stage.eventually(
        () => stage.dial(alice, bob).catch(() => undefined),
        "Bob is reached after his second start",
      );
      await stage.within(arriving.next(), "the listener of before gets the channel");
    });

    test("[NW15] stop may be called at any time and twice", async (stage) => {
      const { network } = await stage.join();
      await stage.within(network.stop(), "stop before start");
      await stage.within(network.start(stage.deadline()), "start");
      await stage.within(Promise.all([network.stop(), network.stop()]), "two stops at once");
      await stage.within(network.stop(), "stop after stop");
      expect(network.status.value.kind).toBe("stopped");
    });

    test("[NW16] a media route says which candidates may be used, with credentials that live on", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const route = await alice.network.mediaRoute(bob.network.self, stage.deadline());
      expect(route.expiresAt).toBeGreaterThan(Date.now() + 60_000);
      expect(route.why).not.toBe("");
      const turn = route.iceServers.filter(({ urls }) => urls.some((url) => /^turns?:/.test(url)));
      for (const server of turn) {
        expect(server.username).toBeTruthy();
        expect(server.credential).toBeTruthy();
      }
      for (const url of route.iceServers.flatMap(({ urls }) => urls)) expect(url).toMatch(/^(stun|turn)s?:./);
      for (const policy of [route.beforeAnswer, route.afterAnswer]) {
        expect(["all", "relay"]).toContain(policy);
        if (policy === "relay") expect(turn.length).toBeGreaterThan(0);
      }
    });

    test("[NW17] a network that lost its connection comes back by itself", async (stage) => {
      if (stage.world.sever === undefined) return stage.skip("this world cannot sever connections");
      const [alice, bob] = [await stage.online(), await stage.online()];
      const arriving = arrivingChannels(bob.network, CONTRACT_PROTOCOL);
      const kinds: string[] = [];
      bob.network.status.subscribe(({ kind }) => kinds.push(kind));
      await stage.within(stage.world.sever(bob), "sever");
      await stage.eventually(async () => (kinds.length > 1 ? true : undefined), "the loss is noticed");
      await stage.eventually(async () => (kinds.at(-1) === "online" ? true : undefined), "online again");
      expect(kinds.slice(0, 2)).toEqual(["online", "joining"]);
      await stage.publish(bob);
      await stage.eventually(() => stage.dial(alice, bob).catch(() => undefined), "Bob is reached again");
      await stage.within(arriving.next(), "the channel arrives");
    });
  });
}

/** Whether a channel has not ended yet. */
function isOpen(channel: Channel): Promise<boolean> {
  return Promise.race([channel.closed.then(() => false), Promise.resolve(true)]);
}

/** A device id with a true key that never joined anything. */
function stranger(): DeviceId {
  return deviceIdFromKey(createKeyPair(systemRandom).publicKey);
}
