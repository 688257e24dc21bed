import { stepDelivery } from "../src/delivery.ts";
import type { DeliveryInput, DeliveryOutput, Frame } from "../src/delivery-events.ts";
import { type DeliveryState, initialDelivery } from "../src/delivery-state.ts";
import { isFurther, isUndelivered, type MessageId, type MessageState } from "../src/message.ts";

/** Two delivery machines and everything between them as plain lists: channels lose, delay and end as the caller says. */
export interface DeliveryPair {
  readonly sides: readonly [Side, Side];
  send(side: Side): void;
  /** Opens a channel; the side that hears of it first is the listener. */
  open(dialler: Side): void;
  /** Loses all but the first `kept` frames of both ways of a channel; nothing gets through any more. */
  cut(index: number, kept: number): void;
  /** A side learns that a channel that was cut is gone. */
  notice(side: Side, index: number): void;
  /** Hands the next frame on a channel to a side. */
  deliver(side: Side, index: number): void;
  /** Answers the oldest thing a side's driver was asked to do: `stored` or `given`. */
  answer(side: Side): void;
  /** The next text that reaches a side cannot be kept there. */
  breakStore(side: Side): void;
  read(side: Side): void;
  tick(side: Side, waitMs: number): void;
  /** A side starts anew from what it kept; its channels are gone without goodbye. */
  reload(side: Side): void;
  /** Ends every channel, opens one more and lets everything run out. */
  heal(): void;
}

/** One side: its machine and what its store holds. */
export interface Side {
  readonly name: string;
  readonly sent: { readonly id: MessageId; state: MessageState }[];
  readonly received: { readonly id: MessageId; state: "delivered" | "read" }[];
}

interface Machine extends Side {
  state: DeliveryState;
  now: number;
  /** The next text cannot be kept. */
  broken: boolean;
  readonly answers: DeliveryInput[];
  /** Channels this machine knows as open. */
  readonly open: Set<number>;
}

interface Wire {
  readonly number: number;
  /** By the receiving side: frames on their way. */
  readonly frames: readonly [Frame[], Frame[]];
  whole: boolean;
}

/** Makes two sides with nothing between them. Throws where a receipt claims more than the other side holds. */
export function createDeliveryPair(): DeliveryPair {
  const sides: readonly [Machine, Machine] = [createMachine("alice"), createMachine("bob")];
  const wires: Wire[] = [];
  let names = 0;

  const machineOf = (side: Side): Machine => side as Machine;
  const otherOf = (side: Side): Machine => (side === sides[0] ? sides[1] : sides[0]);
  const inboxOf = (wire: Wire, reader: Side): Frame[] => wire.frames[reader === sides[0] ? 0 : 1];
  const wireAt = (index: number): Wire | undefined => wires[wires.length === 0 ? 0 : index % wires.length];

  function step(machine: Machine, input: DeliveryInput): void {
    const result = stepDelivery(machine.state, input);
    machine.state = result.state;
    for (const output of result.outputs) perform(machine, output);
  }

  function write(machine: Machine, channel: number, frame: Frame): void {
    const wire = wires.find(({ number }) => number === channel);
    if (wire?.whole !== true) return;
    inboxOf(wire, otherOf(machine)).push(frame);
    if (frame.kind === "text") machine.answers.push({ kind: "given", now: machine.now, channel, id: frame.id });
  }

  function keep(machine: Machine, channel: number, id: MessageId): void {
    if (machine.broken) {
      machine.broken = false;
      const wire = wires.find(({ number }) => number === channel);
      step(machine, { kind: "refused", now: machine.now, channel, reason: "stopped" });
      // Its reader stops; what was written to the other side before still arrives.
      if (wire !== undefined) inboxOf(wire, machine).length = 0;
      return;
    }
    if (!machine.received.some((received) => received.id === id)) machine.received.push({ id, state: "delivered" });
    machine.answers.push({ kind: "stored", now: machine.now, channel, id });
  }

  function breakWire(channel: number): void {
    const wire = wires.find(({ number }) => number === channel);
    if (wire !== undefined) wire.whole = false;
  }

  function perform(machine: Machine, output: DeliveryOutput): void {
    if (output.kind === "write") write(machine, output.channel, output.frame);
    if (output.kind === "store") keep(machine, output.channel, output.text.id);
    if (output.kind === "close") breakWire(output.channel);
    if (output.kind === "advance") for (const id of output.ids) advance(machine, id, output.state);
  }

  function advance(machine: Machine, id: MessageId, state: MessageState): void {
    const message = machine.sent.find((sent) => sent.id === id);
    if (message === undefined) throw new Error(`${machine.name} moves on what it never sent`);
    const there = otherOf(machine).received.find((received) => received.id === id);
    if (state === "delivered" && there === undefined) throw new Error("delivered, but not there");
    if (state === "read" && there?.state !== "read") throw new Error("read, but not read there");
    if (isFurther(state, message.state)) message.state = state;
  }

  const pair: DeliveryPair = {
    sides,
    send(side) {
      names += 1;
      const message = { id: `${side.name}-${names}` as MessageId, body: "text", sentAt: machineOf(side).now };
      side.sent.push({ id: message.id, state: "queued" });
      step(machineOf(side), { kind: "send", now: machineOf(side).now, message });
    },
    open(dialler) {
      const wire: Wire = { number: wires.length + 1, frames: [[], []], whole: true };
      wires.push(wire);
      for (const side of [otherOf(dialler), machineOf(dialler)]) {
        const channel = { number: wire.number, dialledBy: side === dialler ? "us" : "peer" } as const;
        side.open.add(wire.number);
        step(side, { kind: "channel-up", now: side.now, channel });
      }
    },
    cut(index, kept) {
      const wire = wireAt(index);
      if (wire === undefined) return;
      wire.whole = false;
      for (const frames of wire.frames) frames.splice(kept);
    },
    notice(side, index) {
      const wire = wireAt(index);
      const machine = machineOf(side);
      if (wire === undefined || wire.whole || !machine.open.delete(wire.number)) return;
      step(machine, { kind: "channel-down", now: machine.now, channel: wire.number, reason: "lost", chance: 0.5 });
    },
    deliver(side, index) {
      const wire = wireAt(index);
      const frame = wire === undefined ? undefined : inboxOf(wire, side).shift();
      const machine = machineOf(side);
      if (wire === undefined || frame === undefined) return;
      step(machine, { kind: "heard", now: machine.now, channel: wire.number, frame });
    },
    answer(side) {
      const machine = machineOf(side);
      const input = machine.answers.shift();
      if (input !== undefined) step(machine, { ...input, now: machine.now });
    },
    breakStore(side) {
      machineOf(side).broken = true;
    },
    read(side) {
      const unread = side.received.filter(({ state }) => state === "delivered");
      for (const message of unread) message.state = "read";
      step(machineOf(side), { kind: "read", now: machineOf(side).now, ids: unread.map(({ id }) => id) });
    },
    tick(side, waitMs) {
      const machine = machineOf(side);
      machine.now += waitMs;
      step(machine, { kind: "tick", now: machine.now, chance: 0.5 });
    },
    reload(side) {
      const machine = machineOf(side);
      for (const wire of wires) {
        if (!machine.open.has(wire.number)) continue;
        wire.whole = false;
        inboxOf(wire, side).length = 0;
      }
      machine.open.clear();
      machine.answers.length = 0;
      const outbox = side.sent.filter(({ state }) => isUndelivered({ direction: "outgoing", state }));
      const reads = side.received.filter(({ state }) => state === "read").map(({ id }) => id);
      machine.state = initialDelivery({ outbox: outbox.map(({ id }) => ({ id, body: "text", sentAt: 0 })), reads });
      step(machine, { kind: "network", now: machine.now, status: "up" });
    },
    heal() {
      for (const side of sides) side.broken = false;
      for (const [index] of wires.entries()) {
        pair.cut(index, 0);
        for (const side of sides) pair.notice(side, index);
      }
      pair.open(sides[0]);
      const last = wires.length - 1;
      const owes = ({ state: { link }, answers }: Machine): boolean =>
        answers.length > 0 || (link.kind === "open" && link.receipts.length > 0);
      const onTheWay = (): boolean => wires[last]?.frames.some(({ length }) => length > 0) === true;
      do {
        for (const side of sides) {
          pair.deliver(side, last);
          pair.answer(side);
          pair.tick(side, 25);
        }
      } while (onTheWay() || sides.some(owes));
    },
  };
  return pair;
}

function createMachine(name: string): Machine {
  const { state } = stepDelivery(initialDelivery({ outbox: [], reads: [] }), { kind: "network", now: 0, status: "up" });
  return { name, sent: [], received: [], state, now: 0, broken: false, answers: [], open: new Set() };
}
