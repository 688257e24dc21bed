import { type DeviceId, deviceIdFromKey, systemRandom } from "@skein/core";
import { createKeyPair, type KeyPair, MAX_CLOCK_SKEW_MS, signRecord } from "@skein/identity";
import { createHandClock, createSeededRandom, seedFromEnvironment } from "@skein/testkit";
import { type DescriptionPayload, descriptionPayload, signedEnvelope } from "@skein/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DESCRIPTION_LIFETIME_MS, MAX_ROUND } from "../specification.ts";
import { fakeDescription } from "../testing/fake-media.ts";
import { createDialogue, type Dialogue } from "./dialogue.ts";
import { envelopeHash } from "./envelope.ts";

interface End {
  readonly keys: KeyPair;
  readonly device: DeviceId;
}

function createEnd(): End {
  const keys = createKeyPair(systemRandom);
  return { keys, device: deviceIdFromKey(keys.publicKey) };
}

const clock = createHandClock();
const caller = createEnd();
const callee = createEnd();
const print = (byte: string): string => Array.from({ length: 32 }, () => byte).join(":");
const callerSdp = (ufrag = "caller00"): string =>
  fakeDescription({ ufrag, fingerprint: print("AA"), setup: "actpass" });
const calleeSdp = (ufrag = "callee00"): string => fakeDescription({ ufrag, fingerprint: print("BB"), setup: "active" });

function createPair(call: Uint8Array = systemRandom.bytes(16)): {
  readonly asking: Dialogue;
  readonly asked: Dialogue;
} {
  const shared = { clock, random: systemRandom };
  return {
    asking: createDialogue(
      { call, role: "caller", self: caller.device, peer: callee.device },
      { signer: caller.keys, ...shared },
    ),
    asked: createDialogue(
      { call, role: "callee", self: callee.device, peer: caller.device },
      { signer: callee.keys, ...shared },
    ),
  };
}

/** The same envelope with another payload, signed anew by `signer`. */
function rewritten(envelope: Uint8Array, change: Partial<DescriptionPayload>, signer: KeyPair): Uint8Array {
  const outer = signedEnvelope.decode(envelope);
  const inner = outer.ok ? descriptionPayload.decode(outer.value.payload) : outer;
  if (!inner.ok) throw new Error(inner.reason);
  return signRecord("call-description", descriptionPayload, { ...inner.value, ...change }, signer);
}

test("[CL23] rounds of offers and answers pass, each bound to the one before", () => {
  const { asking, asked } = createPair();
  for (let round = 0; round < 3; round += 1) {
    const offer = asking.seal(callerSdp(`caller0${round}`));
    expect(asked.read(offer)).toMatchObject({ kind: "fresh", description: { round, ufrag: `caller0${round}` } });
    const answer = asked.seal(calleeSdp(`callee0${round}`));
    expect(asking.read(answer)).toMatchObject({ kind: "fresh", description: { round, ufrag: `callee0${round}` } });
    expect([asking.round, asked.round]).toEqual([round, round]);
  }
});

const other = createEnd();
const hour = 3_600_000;

// Each field of the first offer, changed and signed properly by the caller's own device.
test.each([
  ["[CL22]", "another call", { call: new Uint8Array(16) }, "belongs to another call"],
  ["[CL22]", "the other role", { role: "callee" }, "made for the other role"],
  ["[CL22]", "an answer for an offer", { type: "answer" }, "an offer was due"],
  ["[CL22]", "another sender", { from: other.keys.publicKey }, "names another sender"],
  ["[CL22]", "another receiver", { to: other.keys.publicKey }, "meant for another device"],
  ["[CL23]", "a later round", { round: 1 }, "belongs to another round"],
  ["[CL23]", "a reply to something", { inReplyTo: new Uint8Array(32) }, "replies to something else"],
  ["[CL24]", "an expired one", { expiresAt: clock.now() - MAX_CLOCK_SKEW_MS }, "has expired"],
  ["[CL24]", "a long life", { expiresAt: clock.now() + hour }, "live longer than allowed"],
  [
    "[CL26]",
    "another fingerprint",
    { fingerprint: new Uint8Array(32) },
    "certificate in the description is not the signed one",
  ],
  ["[CL26]", "another ICE user", { ufrag: "other000" }, "ICE credentials in the description are not the signed ones"],
  ["[CL26]", "another ICE password", { pwd: "other000other000other000" }, "ICE credentials"],
  ["[CL26]", "another description", { sdp: calleeSdp() }, "certificate in the description is not the signed one"],
  ["[CL25]", "no description", { sdp: "" }, "not plain SDP"],
] as const)("%s %s is refused", (_rule, _what, change, reason) => {
  const { asking, asked } = createPair();
  const reading = asked.read(rewritten(asking.seal(callerSdp()), change, caller.keys));
  expect(reading).toEqual({ kind: "refused", reason: expect.stringContaining(reason) });
  expect(asked.round).toBe(-1);
});

test("[CL21] a proper description signed by another device is refused", () => {
  const { asking, asked } = createPair();
  const swapped = rewritten(asking.seal(callerSdp()), {}, other.keys);
  expect(asked.read(swapped)).toEqual({ kind: "refused", reason: "another device signed the description" });
});

test("[CL21] no flipped bit of an envelope gets through", () => {
  const seed = seedFromEnvironment("flipped bits");
  const { asking } = createPair();
  const offer = asking.seal(callerSdp());
  const random = createSeededRandom(seed);
  for (let index = 0; index < 200; index += 1) {
    const flipped = offer.slice();
    const at = Math.floor(random.fraction() * flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random.fraction() * 8));
    expect(createPair().asked.read(flipped).kind).toBe("refused");
  }
});

test("[CL22] an envelope replayed into another call of the same two is refused", () => {
  const first = createPair();
  const second = createPair();
  const offer = first.asking.seal(callerSdp());
  expect(second.asked.read(offer)).toEqual({ kind: "refused", reason: "the description belongs to another call" });
});

test("[CL23] an answer to another offer of the same call and round is refused", () => {
  const call = systemRandom.bytes(16);
  const one = createPair(call);
  const two = createPair(call);
  expect(one.asked.read(one.asking.seal(callerSdp())).kind).toBe("fresh");
  two.asking.seal(callerSdp());
  expect(two.asking.read(one.asked.seal(calleeSdp()))).toEqual({
    kind: "refused",
    reason: "the description replies to something else",
  });
});

test("[CL23] a second answer is refused, a copy of the first is ignored", () => {
  const { asking, asked } = createPair();
  const offer = asking.seal(callerSdp());
  asked.read(offer);
  const answer = asked.seal(calleeSdp());
  const second = asked.seal(calleeSdp("callee99"));
  expect(asking.read(answer).kind).toBe("fresh");
  expect(asking.read(answer)).toEqual({ kind: "repeat" });
  expect(asked.read(offer)).toEqual({ kind: "repeat" });
  expect(asking.read(second)).toEqual({ kind: "refused", reason: "a second answer came" });
});

test("[CL23] an answer that comes after the next offer went out is late, and the next one still fits", () => {
  const { asking, asked } = createPair();
  asked.read(asking.seal(callerSdp()));
  asking.read(asked.seal(calleeSdp()));
  asked.read(asking.seal(callerSdp("caller01")));
  const slow = asked.seal(calleeSdp("callee01"));
  const again = asking.seal(callerSdp("caller02"));
  expect(asking.read(slow)).toEqual({ kind: "late" });
  expect(asked.read(again)).toMatchObject({ kind: "fresh", description: { round: 2 } });
  expect(asking.read(asked.seal(calleeSdp("callee02")))).toMatchObject({ kind: "fresh", description: { round: 2 } });
});

test("[CL23] an offer may skip a lost one, but never goes back", () => {
  const { asking, asked } = createPair();
  const first = asking.seal(callerSdp());
  asked.read(first);
  asking.read(asked.seal(calleeSdp()));
  const lost = asking.seal(callerSdp("caller01"));
  expect(asked.read(asking.seal(callerSdp("caller02")))).toMatchObject({ kind: "fresh", description: { round: 2 } });
  expect(asked.read(lost)).toEqual({ kind: "refused", reason: "the description belongs to another round" });
});

test("[CL23] a call has no more than 4096 rounds", () => {
  const { asking, asked } = createPair();
  asked.read(asking.seal(callerSdp()));
  asking.read(asked.seal(calleeSdp()));
  const next = asking.seal(callerSdp("caller01"));
  expect(asked.read(rewritten(next, { round: MAX_ROUND + 1 }, caller.keys)).kind).toBe("refused");
  expect(asked.read(rewritten(next, { round: MAX_ROUND }, caller.keys)).kind).toBe("fresh");
});

test("[CL27] the certificate stays the same for the whole call", () => {
  const { asking, asked } = createPair();
  asked.read(asking.seal(callerSdp()));
  asking.read(asked.seal(calleeSdp()));
  const changed = fakeDescription({ ufrag: "caller01", fingerprint: print("CC"), setup: "actpass" });
  expect(asked.read(asking.seal(changed))).toEqual({
    kind: "refused",
    reason: "the certificate changed during the call",
  });
});

test("[CL24] a description lives two minutes, and clocks may differ by five", async () => {
  const { asking, asked } = createPair();
  const offer = asking.seal(callerSdp());
  await clock.advance(DESCRIPTION_LIFETIME_MS + MAX_CLOCK_SKEW_MS - 1);
  expect(asked.read(offer).kind).toBe("fresh");
  const late = createPair();
  const old = late.asking.seal(callerSdp());
  await clock.advance(DESCRIPTION_LIFETIME_MS + MAX_CLOCK_SKEW_MS);
  expect(late.asked.read(old)).toMatchObject({ kind: "refused" });
});

test("[CL20] whatever bytes come, they are judged and never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => createPair().asked.read(bytes).kind === "refused"),
  );
  const { asked } = createPair();
  expect(asked.read(new Uint8Array(30_000))).toEqual({
    kind: "refused",
    reason: expect.stringContaining("the limit is"),
  });
});

test("[CL23] envelopes are told apart by SHA-256", () => {
  expect(Buffer.from(envelopeHash(new TextEncoder().encode("abc"))).toString("hex")).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
