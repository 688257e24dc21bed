import { toBase64Url } from "@skein/core";
import { CALL_PROTOCOL, type CallMessage } from "@skein/wire";
import { createLeg, type Leg } from "../signalling/leg.ts";
import type { CallResources } from "./call-resources.ts";
import type { LineContext } from "./ports.ts";

/** The signalling of one call, translated for the machine. `resources` is asked late: the leg is one of them. */
export function createConversation(
  callBytes: Uint8Array,
  context: LineContext,
  resources: () => CallResources | undefined,
): Leg {
  const call = toBase64Url(callBytes);

  function bad(reason: string): void {
    report(reason, context, resources());
  }

  return createLeg(callBytes, {
    message(message) {
      const current = resources();
      if (current === undefined) return;
      if (message.kind === "description") return describe(message.envelope, current, context);
      if (toBase64Url(message.call) !== call) return bad("call: a message about another call");
      interpret(message, current, context);
    },
    badMessage: bad,
    lost: () => context.feed({ kind: "channel-lost", call }),
  });
}

/** Verifies a description before anything else sees it (CL20). */
function describe(envelope: Uint8Array, resources: CallResources, { feed }: LineContext): void {
  const { call, dialogue, role } = resources;
  const reading = dialogue?.read(envelope);
  if (reading?.kind === "fresh") feed({ kind: "heard", call, what: role === "caller" ? "answer" : "offer" });
  if (reading?.kind === "refused")
    feed({ kind: "refused", call, reason: { kind: "security", detail: reading.reason } });
}

type AboutCall = Exclude<CallMessage, { kind: "description" }>;

function interpret(message: AboutCall, resources: CallResources, context: LineContext): void {
  const { call } = resources;
  switch (message.kind) {
    case "ringing":
    case "accept":
      context.feed({ kind: "heard", call, what: message.kind });
      return;
    case "hangup":
      context.feed({ kind: "heard-hangup", call, reason: message.reason });
      return;
    case "candidate":
      if (resources.media?.takeCandidate(message.round, message.candidate) === "refused")
        context.feed({ kind: "refused", call, reason: { kind: "protocol", detail: "candidates beyond the limit" } });
      return;
    case "resume":
      report("call: resumed in the middle", context, resources);
  }
}

function report(reason: string, context: LineContext, resources: CallResources | undefined): void {
  context.report({ name: "peer.bad-message", peer: resources?.peer ?? "", protocol: CALL_PROTOCOL, reason });
}
