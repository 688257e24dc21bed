import { stepDelivery } from "../src/delivery.ts";
import type { DeliveryInput, DeliveryOutput } from "../src/delivery-events.ts";
import { type DeliveryState, initialDelivery } from "../src/delivery-state.ts";
import type { MessageId } from "../src/message.ts";

/** Omits over each member of a union. */
type Without<Input, Keys extends PropertyKey> = Input extends unknown ? Omit<Input, Keys> : never;

/** A machine moved by hand: every step says in short lines what the driver would have to do. */
export interface DeliveryScript {
  state(): DeliveryState;
  /** Moves time on without telling the machine. */
  wait(ms: number): void;
  step(input: Without<DeliveryInput, "now" | "chance">): string[];
  send(...ids: string[]): string[];
  up(channel: number, dialledBy?: "us" | "peer"): string[];
  down(channel: number, reason?: "lost" | "superseded" | "done"): string[];
  receipt(channel: number, state: "delivered" | "read", ...ids: string[]): string[];
  tick(): string[];
}

/** Starts a script at time 0 with the network up; `chance` is what every input that takes one brings. */
export function createDeliveryScript(
  options: { readonly chance?: number; readonly outbox?: readonly string[]; readonly reads?: readonly string[] } = {},
): DeliveryScript {
  const { chance = 1, outbox = [], reads = [] } = options;
  let now = 0;
  let state = initialDelivery({
    outbox: outbox.map((id) => textOf(id)),
    reads: reads.map((id) => id as MessageId),
  });

  function step(input: Without<DeliveryInput, "now" | "chance">): string[] {
    const result = stepDelivery(state, { ...input, now, chance } as DeliveryInput);
    state = result.state;
    return result.outputs.map((output) => say(output, now));
  }

  const script: DeliveryScript = {
    state: () => state,
    wait: (ms) => {
      now += ms;
    },
    step,
    send: (...ids) => ids.flatMap((id) => step({ kind: "send", message: textOf(id) })),
    up: (number, dialledBy = "us") => step({ kind: "channel-up", channel: { number, dialledBy } }),
    down: (channel, reason = "lost") => step({ kind: "channel-down", channel, reason }),
    receipt: (channel, receiptState, ...ids) =>
      step({ kind: "heard", channel, frame: { kind: "receipt", state: receiptState, ids: ids as MessageId[] } }),
    tick: () => step({ kind: "tick" }),
  };
  step({ kind: "network", status: "up" });
  return script;
}

/** A message whose body is its id. */
export function textOf(id: string): { readonly id: MessageId; readonly body: string; readonly sentAt: number } {
  return { id: id as MessageId, body: id, sentAt: 0 };
}

function say(output: DeliveryOutput, now: number): string {
  switch (output.kind) {
    case "dial":
      return "dial";
    case "write":
      return output.frame.kind === "text"
        ? `${output.channel}: text ${output.frame.id}`
        : `${output.channel}: ${output.frame.state} ${output.frame.ids.join(" ")}`;
    case "close":
      return `close ${output.channel} ${output.reason}`;
    case "store":
      return `store ${output.text.id}`;
    case "advance":
      return `${output.ids.join(" ")} ${output.state}`;
    case "wake":
      return `wake +${output.at - now}`;
  }
}
