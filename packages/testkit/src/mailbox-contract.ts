import { MAX_MAIL_BYTES, type Mail } from "@skein/core";
import { expect } from "vitest";
import { type ContractOptions, contract } from "./contract.ts";
import type { Stage } from "./contract-stage.ts";
import type { ContractMember, ContractWorld } from "./contract-world.ts";
import { numbered, numberOf } from "./message-stream.ts";

/** How far the clock of a mailbox may be off from ours. */
const MAX_SKEW_MS = 5 * 60_000;

/**
 * What every `Mailbox` promises: nothing lost until acknowledged, oldest first, own box only. docs/spec/network.md,
 * rules MB*. Defines tests; call it at the top level of a test file.
 */
export function mailboxContract(
  name: string,
  makeWorld: () => Promise<ContractWorld>,
  options: ContractOptions = {},
): void {
  contract(`${name}: mailbox`, makeWorld, options, (test) => {
    test("[MB1] what is left for a device it collects once, byte for byte", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      await deposit(stage, alice, bob, numbered(1, 5_000));
      const [mail] = await collected(stage, bob, 1);
      expect(mail?.sealed).toEqual(numbered(1, 5_000));
      expect(Math.abs((mail?.receivedAt ?? 0) - Date.now())).toBeLessThan(MAX_SKEW_MS);
    });

    test("[MB2] mail is collected oldest first, each piece with its own id", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const count = 10;
      // Equal content twice is still two pieces of mail.
      for (let number = 0; number < count; number += 1) await deposit(stage, alice, bob, numbered(number >> 1, 64));
      const mail = await collected(stage, bob, count);
      expect(mail.map(({ sealed }) => numberOf(sealed))).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
      expect(new Set(mail.map(({ id }) => id)).size).toBe(count);
    });

    test("[MB3] mail stays until it is acknowledged, and is gone then", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      for (let number = 0; number < 3; number += 1) await deposit(stage, alice, bob, numbered(number, 64));
      const mail = await collected(stage, bob, 3);
      expect(await collected(stage, bob, 3)).toEqual(mail);
      await acknowledge(stage, bob, [mail[0], mail[2]]);
      expect(await collected(stage, bob, 1)).toEqual([mail[1]]);
      await acknowledge(stage, bob, [mail[1]]);
      expect(await collected(stage, bob, 0)).toEqual([]);
    });

    test("[MB4] ids that are not in the box are ignored", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      await deposit(stage, alice, bob, numbered(1, 64));
      const [mail] = await collected(stage, bob, 1);
      await stage.within(
        bob.network.mailbox.acknowledge(["no-such-id", mail?.id ?? "", mail?.id ?? ""], stage.deadline()),
        "acknowledge a strange id beside a true one, twice",
      );
      await acknowledge(stage, bob, [mail]);
      await stage.within(bob.network.mailbox.acknowledge([], stage.deadline()), "acknowledge nothing");
      expect(await collected(stage, bob, 0)).toEqual([]);
    });

    test("[MB5] mail waits for a device that is away", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      await stage.within(bob.network.stop(), "stop");
      await deposit(stage, alice, bob, numbered(1, 64));
      await stage.within(alice.network.stop(), "the sender leaves too");
      await stage.start(bob);
      const [mail] = await collected(stage, bob, 1);
      expect(mail?.sealed).toEqual(numbered(1, 64));
    });

    test("[MB6] the largest piece is taken, a larger one rejected with too-large", async (stage) => {
      const [alice, bob] = [await stage.online(), await stage.online()];
      const tooLarge = new Uint8Array(MAX_MAIL_BYTES + 1);
      await stage.rejects(alice.network.mailbox.deposit(bob.network.self, tooLarge, stage.deadline()), "too-large");
      await deposit(stage, alice, bob, numbered(2, MAX_MAIL_BYTES));
      const [mail] = await collected(stage, bob, 1);
      expect(mail?.sealed).toEqual(numbered(2, MAX_MAIL_BYTES));
    });

    test("[MB7] nobody sees or empties another's box", async (stage) => {
      const [alice, bob, carol] = [await stage.online(), await stage.online(), await stage.online()];
      await deposit(stage, alice, bob, numbered(1, 64));
      const mail = await collected(stage, bob, 1);
      for (const other of [alice, carol]) {
        expect(await other.network.mailbox.collect(stage.deadline())).toEqual([]);
        await acknowledge(stage, other, mail);
      }
      expect(await collected(stage, bob, 1)).toEqual(mail);
    });

    test("[MB8] a full box refuses more, and takes more once there is room", async (stage) => {
      const pieces = stage.world.mailboxPieces;
      if (pieces === undefined) return stage.skip("this world does not say how much a box takes");
      const [alice, bob] = [await stage.online(), await stage.online()];
      for (let number = 0; number < pieces; number += 1) await deposit(stage, alice, bob, numbered(number, 1_024));
      const oneMore = () => alice.network.mailbox.deposit(bob.network.self, numbered(pieces, 1_024), stage.deadline());
      await stage.rejects(oneMore(), "refused");
      const mail = await collected(stage, bob, pieces);
      await acknowledge(stage, bob, mail.slice(0, 1));
      await stage.within(oneMore(), "deposit once there is room");
      expect((await collected(stage, bob, pieces)).map(({ sealed }) => numberOf(sealed))).toEqual(
        Array.from({ length: pieces }, (_, index) => index + 1),
      );
    });

    test("[MB9] a mailbox rejects with stopped when not started, and with the abort reason", async (stage) => {
      const bob = await stage.online();
      const alice = await stage.join();
      const { mailbox } = alice.network;
      const acts: readonly ((signal: AbortSignal) => Promise<unknown>)[] = [
        (signal) => mailbox.deposit(bob.network.self, Uint8Array.of(1), signal),
        (signal) => mailbox.collect(signal),
        (signal) => mailbox.acknowledge(["an-id"], signal),
      ];
      for (const act of acts) await stage.rejects(act(stage.deadline()), "stopped");
      await stage.start(alice);
      const reason = new Error("changed my mind");
      for (const act of acts) {
        await expect(stage.within(act(AbortSignal.abort(reason)), "an aborted call")).rejects.toBe(reason);
      }
      expect(await collected(stage, bob, 0)).toEqual([]);
    });
  });
}

function deposit(stage: Stage, from: ContractMember, to: ContractMember, sealed: Uint8Array): Promise<void> {
  return stage.within(from.network.mailbox.deposit(to.network.self, sealed, stage.deadline()), "deposit resolves");
}

/** Collects until the box shows this many pieces; copies on several keepers may take a moment to agree. */
function collected(stage: Stage, member: ContractMember, count: number): Promise<readonly Mail[]> {
  return stage.eventually(async () => {
    const mail = await member.network.mailbox.collect(stage.deadline());
    return mail.length === count ? mail : undefined;
  }, `the box shows ${count} pieces`);
}

function acknowledge(stage: Stage, member: ContractMember, mail: readonly (Mail | undefined)[]): Promise<void> {
  const ids = mail.flatMap((piece) => (piece === undefined ? [] : [piece.id]));
  return stage.within(member.network.mailbox.acknowledge(ids, stage.deadline()), "acknowledge resolves");
}
