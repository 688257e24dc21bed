/**
 * `npm run bench`: the same calls and messages in both modes on this machine, side by side, as medians.
 *
 * Two real browsers on a local network of real programs. Figures are taken from the product's own events: press→ring is
 * `call.dialled` at the caller to `call.ringing` at the callee; answer→first audio is `call.answered` at the callee until
 * both sides reported `call.first-audio`; message latency is `message.queued` to `message.received`. The modes take turns,
 * so that a busy machine slows both.
 *
 * @module
 */
import process from "node:process";
import type { Mode } from "@skein/core";
import { median } from "./median.ts";
import type { Person } from "./stage/person.ts";
import { openStage } from "./stage/stage.ts";
import { seen, timeCall } from "./stage/time-call.ts";

const ROUNDS = 3;
const CALLS_A_ROUND = 4;
const MESSAGES_A_ROUND = 20;

/** Figures of one mode in ms, one entry a call or message. */
interface Figures {
  readonly ringMs: number[];
  readonly audioMs: number[];
  readonly messageMs: number[];
}

async function measureCall(caller: Person, callee: Person, figures: Figures): Promise<void> {
  const { ringMs, audioCallerMs, audioCalleeMs } = await timeCall(caller, callee);
  figures.ringMs.push(ringMs);
  figures.audioMs.push(Math.max(audioCallerMs, audioCalleeMs));
  await caller.hangUp();
  await Promise.all([caller, callee].map((person) => person.callIs("ended")));
}

async function measureMessage(from: Person, to: Person, text: string, figures: Figures): Promise<void> {
  const start = Date.now();
  await from.say(text);
  const queued = await seen(from, "message.queued", start);
  const received = await seen(to, "message.received", start, { id: queued.id });
  figures.messageMs.push(received.at - queued.at);
  await from.see(text, "delivered", "read");
}

async function round(mode: Mode, number: number, alice: Person, bob: Person, figures: Figures): Promise<void> {
  await Promise.all([alice.switchTo(mode), bob.switchTo(mode)]);
  await Promise.all([alice.seePresence("Bob", "online"), bob.seePresence("Alice", "online")]);
  await alice.say(`warm-up ${mode} ${number}`);
  await bob.see(`warm-up ${mode} ${number}`);
  for (let index = 0; index < MESSAGES_A_ROUND; index += 1) {
    await measureMessage(alice, bob, `${mode} ${number}.${index}`, figures);
  }
  for (let index = 0; index < CALLS_A_ROUND; index += 1) await measureCall(alice, bob, figures);
}

async function main(): Promise<void> {
  const figures: Record<Mode, Figures> = {
    p2p: { ringMs: [], audioMs: [], messageMs: [] },
    central: { ringMs: [], audioMs: [], messageMs: [] },
  };
  const stage = await openStage();
  try {
    const alice = await stage.person("Alice", { toneHz: 1000 });
    const bob = await stage.person("Bob", { toneHz: 440 });
    await Promise.all([alice.arrive(), bob.arrive()]);
    await alice.add(await bob.link());
    await bob.add(await alice.link());
    await Promise.all([alice.open("Bob"), bob.open("Alice")]);
    for (let number = 1; number <= ROUNDS; number += 1) {
      for (const mode of ["p2p", "central"] as const) {
        console.log(`… round ${number} of ${ROUNDS}, ${mode}`);
        await round(mode, number, alice, bob, figures[mode]);
      }
    }
  } finally {
    await stage.close();
  }
  print(figures);
}

function print(figures: Readonly<Record<Mode, Figures>>): void {
  const medians = (mode: Mode): { ringMs: number; audioMs: number; messageMs: number } => ({
    ringMs: median(figures[mode].ringMs),
    audioMs: median(figures[mode].audioMs),
    messageMs: median(figures[mode].messageMs),
  });
  const [p2p, central] = [medians("p2p"), medians("central")];
  const rows = [
    ["press → ring", p2p.ringMs, central.ringMs],
    ["answer → first audio, both sides", p2p.audioMs, central.audioMs],
    ["message, queued → received", p2p.messageMs, central.messageMs],
  ] as const;
  console.log(`\n${"median, ms".padEnd(36)}${"p2p".padStart(8)}${"central".padStart(10)}`);
  for (const [name, one, other] of rows) {
    console.log(`${name.padEnd(36)}${one.toFixed(1).padStart(8)}${other.toFixed(1).padStart(10)}`);
  }
  const { ringMs, messageMs } = figures.p2p;
  console.log(`\n${ringMs.length} calls and ${messageMs.length} messages a mode, on one machine`);
  if (process.argv.includes("--json")) console.log(JSON.stringify({ bench: "call", p2p, central }));
}

await main();
