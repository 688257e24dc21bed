import type { DeviceList, Durable, MailboxHint } from "@skein/core";
import { MAX_DURABLE_LIFETIME_MS, signDeviceList, signMailboxHint } from "@skein/identity";
import { expect } from "vitest";
import type { ContractTest } from "./contract.ts";
import type { Stage } from "./contract-stage.ts";
import type { ContractMember } from "./contract-world.ts";

/** Above what a network may have published by itself at its start, which counts in milliseconds or from 1. */
const FIRST_SEQUENCE_AHEAD_MS = 60_000;

/** What a directory promises about durable records. docs/spec/network.md, rules DI16–DI19. */
export function durableRules(test: ContractTest): void {
  test("[DI16] device list and mailbox hint are found as they were signed, when their owner has left", async (stage) => {
    const [alice, bob] = [await stage.online(), await stage.online()];
    const sign = signerFor(bob);
    const records = [sign.list(1), sign.hint(1)];
    for (const record of records) await publish(stage, bob, record);
    await stage.within(bob.network.stop(), "stop");
    for (const record of records) expect(await durableAt(stage, alice, bob, record)).toEqual(record);
  });

  test("[DI17] the higher sequence stays; a lower one, or a rival with the same, is refused", async (stage) => {
    const [alice, bob] = [await stage.online(), await stage.online()];
    const sign = signerFor(bob);
    for (const make of [sign.list, sign.hint]) {
      const [older, newer] = [make(2), make(5)];
      await publish(stage, bob, older);
      await publish(stage, bob, newer);
      await publish(stage, bob, newer);
      await stage.rejects(bob.network.directory.publishDurable(make(3), stage.deadline()), "refused");
      await stage.rejects(bob.network.directory.publishDurable(make(5, 1), stage.deadline()), "refused");
      expect(await durableAt(stage, alice, bob, newer)).toEqual(newer);
    }
  });

  test("[DI18] a durable record that was changed, or has expired, is refused and never found", async (stage) => {
    const [alice, bob] = [await stage.online(), await stage.online()];
    const sign = signerFor(bob);
    const { directory } = bob.network;
    const good = sign.hint(1);
    await publish(stage, bob, good);
    const next = sign.hint(2);
    for (const share of [0, 0.5, 1]) {
      const bytes = next.bytes.slice();
      const at = Math.floor(share * (bytes.byteLength - 1));
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await stage.rejects(directory.publishDurable({ ...next, bytes }, stage.deadline()), "refused");
    }
    const expired = sign.list(3, 0, Date.now() - MAX_DURABLE_LIFETIME_MS - 1);
    await stage.rejects(directory.publishDurable(expired, stage.deadline()), "refused");
    expect(await durableAt(stage, alice, bob, good)).toEqual(good);
  });

  test("[DI19] durable calls reject with stopped when not started, and with the abort reason", async (stage) => {
    const alice = await stage.join();
    const record = signerFor(alice).list(1);
    const { directory } = alice.network;
    await stage.rejects(directory.publishDurable(record, stage.deadline()), "stopped");
    await stage.rejects(directory.findDurable(alice.account.user, stage.deadline()), "stopped");
    await stage.start(alice);
    const reason = new Error("changed my mind");
    const aborted = AbortSignal.abort(reason);
    await expect(stage.within(directory.publishDurable(record, aborted), "publish")).rejects.toBe(reason);
    await expect(stage.within(directory.findDurable(alice.account.user, aborted), "find")).rejects.toBe(reason);
  });
}

interface Signer {
  /** `variant` makes another record of the same sequence. */
  list(step: number, variant?: number, issuedAt?: number): DeviceList;
  hint(step: number, variant?: number): MailboxHint;
}

function signerFor({ account }: ContractMember): Signer {
  const first = Date.now() + FIRST_SEQUENCE_AHEAD_MS;
  return {
    list: (step, variant = 0, issuedAt = Date.now()) =>
      signDeviceList(
        { sequence: first + step, issuedAt: issuedAt - variant, devices: [account.device], revoked: [] },
        account.userKey,
      ),
    hint: (step, variant = 0) =>
      signMailboxHint(
        {
          certificate: account.certificate,
          sequence: first + step,
          issuedAt: Date.now() - variant,
          mailboxes: [{ supernode: account.device, addresses: [] }],
        },
        account.deviceKey,
      ),
  };
}

function publish(stage: Stage, member: ContractMember, record: Durable): Promise<void> {
  return stage.within(member.network.directory.publishDurable(record, stage.deadline()), "publishDurable resolves");
}

/** Waits until `from` finds that record of `to`, or a newer one of its kind, and returns what it finds then. */
function durableAt(stage: Stage, from: ContractMember, to: ContractMember, wanted: Durable): Promise<Durable> {
  return stage.eventually(async () => {
    const found = await from.network.directory.findDurable(to.account.user, stage.deadline());
    return found.find((each) => each.kind === wanted.kind && each.sequence >= wanted.sequence);
  }, `the ${wanted.kind} with sequence ${wanted.sequence} is found`);
}
