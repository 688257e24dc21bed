import { type Presence, type PresenceChange, systemRandom, type UserId, userIdFromKey } from "@skein/core";
import { createKeyPair, MAX_PRESENCE_LIFETIME_MS } from "@skein/identity";
import { expect } from "vitest";
import { type Arrivals, createArrivals } from "./arrivals.ts";
import { type ContractOptions, contract } from "./contract.ts";
import { presenceOf, type Stage } from "./contract-stage.ts";
import type { ContractMember, ContractWorld } from "./contract-world.ts";
import { durableRules } from "./durable-contract.ts";

/**
 * What every `Directory` promises: newest wins, nothing unsigned, changes pushed. docs/spec/network.md, rules DI*.
 * Defines tests; call it at the top level of a test file.
 */
export function directoryContract(
  name: string,
  makeWorld: () => Promise<ContractWorld>,
  options: ContractOptions = {},
): void {
  contract(`${name}: directory`, makeWorld, options, (test) => {
    test("[DI1] what one publishes another finds, as it was signed", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const published = await stage.publish(bob, { availability: "away" });
      expect(await foundAt(stage, alice, bob, published.sequence)).toEqual(published);
    });

    test("[DI2] a record with a higher sequence replaces the one before", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const first = await stage.publish(bob);
      await foundAt(stage, alice, bob, first.sequence);
      const second = await stage.publish(bob, { availability: "away" });
      await foundAt(stage, alice, bob, second.sequence);
      const all = await alice.network.directory.find(bob.account.user, stage.deadline());
      expect(all).toEqual([second]);
    });

    test("[DI3] a record with a lower sequence is refused and never replaces", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const older = stage.sign(bob, { availability: "offline" });
      const newer = await stage.publish(bob);
      await stage.rejects(bob.network.directory.publish(older, stage.deadline()), "refused");
      expect(await foundAt(stage, alice, bob, newer.sequence)).toEqual(newer);
    });

    test("[DI4] two records with one sequence: the first stays, and publishing it again is no error", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const first = await stage.publish(bob);
      const rival = stage.sign(bob, { sequence: first.sequence, availability: "offline" });
      await stage.rejects(bob.network.directory.publish(rival, stage.deadline()), "refused");
      await stage.within(bob.network.directory.publish(first, stage.deadline()), "publish again");
      expect(await foundAt(stage, alice, bob, first.sequence)).toEqual(first);
    });

    test("[DI5] a record changed by one bit anywhere is refused and never found", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const good = await stage.publish(bob);
      const next = stage.sign(bob);
      for (const share of [0, 0.25, 0.5, 0.75, 1]) {
        const bytes = next.bytes.slice();
        const at = Math.floor(share * (bytes.byteLength - 1));
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        await stage.rejects(bob.network.directory.publish({ ...next, bytes }, stage.deadline()), "refused");
      }
      expect(await foundAt(stage, alice, bob, good.sequence)).toEqual(good);
    });

    test("[DI6] fields that differ from the signed bytes are refused or not believed", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const { bytes, ...fields } = stage.sign(bob);
      const dressedUp: Presence = { ...fields, sequence: fields.sequence + 1_000, availability: "offline", bytes };
      await bob.network.directory.publish(dressedUp, stage.deadline()).catch(() => {});
      const witness = await stage.publish(bob);
      expect(await foundAt(stage, alice, bob, witness.sequence)).toEqual(witness);
    });

    test("[DI7] an expired record is not found any more", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const livesMs = 3_000;
      const issuedAt = Date.now() + livesMs - MAX_PRESENCE_LIFETIME_MS;
      const published = await stage.publish(bob, { issuedAt });
      await stage.eventually(async () => {
        const askedAt = Date.now();
        const found = await presenceOf(alice, bob, stage.deadline());
        if (found !== undefined) expect(askedAt).toBeLessThan(published.expiresAt);
        return askedAt >= published.expiresAt ? true : undefined;
      }, "the record is not found once it has expired");
      await stage.rejects(bob.network.directory.publish(published, stage.deadline()), "refused");
    });

    test("[DI8] nothing is found of a user nobody knows", async (stage) => {
      const alice = await stage.online();
      const found = alice.network.directory.find(nobody(), stage.deadline());
      expect(await stage.within(found, "find resolves")).toEqual([]);
    });

    test("[DI9] every device of a user has its own record", async (stage) => {
      const alice = await stage.online();
      const laptop = await stage.online();
      const phone = await stage.online(laptop);
      expect(phone.account.user).toBe(laptop.account.user);
      const devices = await stage.eventually(async () => {
        const found = await alice.network.directory.find(laptop.account.user, stage.deadline());
        return found.length === 2 ? found.map(({ device }) => device) : undefined;
      }, "both devices are found");
      expect(devices.toSorted()).toEqual([laptop.network.self, phone.network.self].toSorted());
    });

    test("[DI10] a watch tells what is known now, then every change, of each watched user", async (stage) => {
      const [alice, bob, carol] = [await stage.online(), await stage.online(), await stage.online()];
      const known = await stage.publish(bob);
      await foundAt(stage, alice, bob, known.sequence);
      const { changes } = watch(alice, [bob, carol]);
      expect(await toldOf(stage, changes, bob, known.sequence)).toEqual(known);
      await toldOf(stage, changes, carol, 0);
      const later = await stage.publish(bob, { availability: "away" });
      expect(await toldOf(stage, changes, bob, later.sequence)).toEqual(later);
    });

    test("[DI11] a watch never tells of an older record after a newer one", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const { changes } = watch(alice, [bob]);
      for (let round = 0; round < 5; round += 1) await stage.publish(bob);
      const last = await stage.publish(bob);
      await toldOf(stage, changes, bob, last.sequence);
      const told = changes.all.flatMap((change) => (change.kind === "presence" ? [change.presence.sequence] : []));
      expect(told).toEqual(told.toSorted((one, other) => one - other));
    });

    test("[DI12] after unsubscribing nothing more is told", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const ended = watch(alice, [bob]);
      const witness = watch(alice, [bob]);
      await toldOf(stage, ended.changes, bob, 0);
      await toldOf(stage, witness.changes, bob, 0);
      ended.end();
      ended.end();
      const toldBefore = ended.changes.all.length;
      const later = await stage.publish(bob);
      await toldOf(stage, witness.changes, bob, later.sequence);
      expect(ended.changes.all.length).toBe(toldBefore);
      witness.end();
    });

    test("[DI13] a watch may begin before start and outlives a restart", async (stage) => {
      const bob = await stage.online();
      const alice = await stage.join();
      const { changes } = watch(alice, [bob]);
      await stage.start(alice);
      await toldOf(stage, changes, bob, 0);
      await stage.within(alice.network.stop(), "stop");
      const missed = await stage.publish(bob);
      await stage.start(alice);
      await toldOf(stage, changes, bob, missed.sequence);
      const later = await stage.publish(bob);
      await toldOf(stage, changes, bob, later.sequence);
    });

    test("[DI14] publish and find reject with stopped when not started, and with the abort reason", async (stage) => {
      const alice = await stage.join();
      const presence = stage.sign(alice);
      const { directory } = alice.network;
      await stage.rejects(directory.publish(presence, stage.deadline()), "stopped");
      await stage.rejects(directory.find(nobody(), stage.deadline()), "stopped");
      await stage.start(alice);
      const reason = new Error("changed my mind");
      const aborted = AbortSignal.abort(reason);
      await expect(stage.within(directory.publish(presence, aborted), "publish")).rejects.toBe(reason);
      await expect(stage.within(directory.find(nobody(), aborted), "find")).rejects.toBe(reason);
    });

    test("[DI15] when a device dies without goodbye, those who watch get a hint", async (stage) => {
      if (stage.world.crash === undefined) return stage.skip("this world cannot crash members");
      const [alice, bob] = [await stage.online(), await stage.online()];
      const { changes } = watch(alice, [bob]);
      await toldOf(stage, changes, bob, 0);
      await stage.within(stage.world.crash(bob), "crash");
      await stage.eventually(
        async () => (changes.all.some((change) => saysGone(change, bob)) ? true : undefined),
        "the hint that the device is gone",
      );
    });

    durableRules(test);
  });
}

/** Waits until `from` finds the record of `to` with this sequence, and returns what it finds then. */
function foundAt(stage: Stage, from: ContractMember, to: ContractMember, sequence: number): Promise<Presence> {
  return stage.eventually(async () => {
    const found = await presenceOf(from, to, stage.deadline());
    return found !== undefined && found.sequence >= sequence ? found : undefined;
  }, `the record with sequence ${sequence} is found`);
}

function watch(from: ContractMember, whom: readonly ContractMember[]) {
  const changes = createArrivals<PresenceChange>();
  const users = whom.map(({ account }) => account.user);
  return { changes, end: from.network.directory.watch(users, changes.push) };
}

/** Waits until a watch has told of `member` with this sequence or a higher one. */
function toldOf(
  stage: Stage,
  changes: Arrivals<PresenceChange>,
  member: ContractMember,
  sequence: number,
): Promise<Presence> {
  const match = (change: PresenceChange): readonly Presence[] =>
    change.kind === "presence" && change.presence.device === member.network.self && change.presence.sequence >= sequence
      ? [change.presence]
      : [];
  return stage.eventually(async () => changes.all.flatMap(match)[0], `the watch tells of sequence ${sequence}`);
}

function saysGone(change: PresenceChange, member: ContractMember): boolean {
  if (change.kind === "gone") return change.device === member.network.self && change.user === member.account.user;
  return change.presence.device === member.network.self && change.presence.availability === "offline";
}

/** A user id with a true key that never published anything. */
function nobody(): UserId {
  return userIdFromKey(createKeyPair(systemRandom).publicKey);
}
