import { createHandClock, createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { loudest, SPECTRUM_SAMPLES } from "../sound/spectrum.ts";
import { createToneSource } from "../sound/voice-source.ts";
import { createFrameClock } from "./frame-clock.ts";
import { isRtcp, parseRtp } from "./rtp-packet.ts";
import { createVoiceReceiver } from "./voice-receiver.ts";
import { createVoiceSender } from "./voice-sender.ts";
import { createVoiceTraffic } from "./voice-traffic.ts";

/** Two ends of a call on one clock; `carry` may lose or delay packets. */
function createPair(delayMs = 0, loses: (index: number) => boolean = () => false) {
  const clock = createHandClock();
  const random = createSeededRandom(7);
  const frames = createFrameClock(clock, (error) => {
    throw error;
  });
  const arrivals: string[] = [];
  const end = (name: string) => {
    const sender = createVoiceSender(random);
    const receiver = createVoiceReceiver(clock.now);
    const traffic = createVoiceTraffic({ sender, receiver, clock, frames }, { arriving: () => arrivals.push(name) });
    return { sender, receiver, traffic };
  };
  const [ann, ben] = [end("ann"), end("ben")];
  let index = 0;
  const through = (to: typeof ann) => (packet: Uint8Array) => {
    index += 1;
    if (!isRtcp(packet) && loses(index)) return;
    clock.at(clock.now() + delayMs, () => to.traffic.take(packet));
  };
  ann.traffic.carry(through(ben), 111);
  ben.traffic.carry(through(ann), 111);
  return { clock, ann, ben, arrivals };
}

test("[PE34] a stream is numbered and stamped without gap, marked at its start, and never begins at nought", () => {
  const sender = createVoiceSender(createSeededRandom(3));
  const packets = Array.from({ length: 3 }, () => parseRtp(sender.next(111)));
  const [first, second, third] = packets.map((packet) => packet ?? expect.fail("no RTP"));
  if (first === undefined || second === undefined || third === undefined) return expect.fail("three packets");
  expect(packets.map((packet) => packet?.marker)).toEqual(["set", "clear", "clear"]);
  expect(second.sequence).toBe((first.sequence + 1) % 2 ** 16);
  expect(third.timestamp).toBe((first.timestamp + 1_920) % 2 ** 32);
  expect(new Set(packets.map((packet) => packet?.ssrc))).toEqual(new Set([sender.ssrc]));
  expect(first.timestamp).not.toBe(0);
  expect(sender).toMatchObject({ packets: 3, timestamp: (first.timestamp + 2_880) % 2 ** 32 });
});

test("[PE34] each hears the tone of the other, and the first packet is told once", async () => {
  const { clock, ann, ben, arrivals } = createPair(30);
  ann.sender.use(createToneSource(1_000));
  ben.sender.use(createToneSource(440));
  const heard: number[] = [];
  ann.receiver.listen({ frame: (samples) => heard.push(...samples) });
  await clock.advance(1_000);
  expect(loudest(Int16Array.from(heard.slice(-SPECTRUM_SAMPLES))).hz).toBeCloseTo(440, 0);
  expect(arrivals.toSorted()).toEqual(["ann", "ben"]);
  expect(ann.receiver.played.audioEnergy).toBeGreaterThan(0.01);
});

test("[PE32] [PE34] round trip, loss and concealment are measured", async () => {
  const { clock, ann, ben } = createPair(40, (index) => index % 21 === 0);
  ann.sender.use(createToneSource(1_000));
  await clock.advance(4_000);
  expect(ann.traffic.roundTripMs).toBeGreaterThanOrEqual(79);
  expect(ann.traffic.roundTripMs).toBeLessThanOrEqual(81);
  const { reception, played } = ben.receiver;
  expect(reception.lost).toBeGreaterThan(0);
  expect(played.samplesConcealed).toBe(reception.lost * 960);
  expect(played.samplesReceived).toBeGreaterThan(150 * 960);
  const delayMs = (1000 * played.jitterBufferDelaySeconds) / played.jitterBufferEmitted;
  expect(delayMs).toBeGreaterThanOrEqual(39);
  expect(delayMs).toBeLessThanOrEqual(80);
});

test("[PE34] a second source, another payload type and what comes after the end are not heard", async () => {
  const { clock, ann } = createPair();
  await clock.advance(200);
  const { packets } = ann.receiver.reception;
  const stranger = createVoiceSender(createSeededRandom(9));
  ann.traffic.take(stranger.next(111));
  ann.traffic.take(stranger.next(0));
  expect(ann.receiver.reception.packets).toBe(packets);
  ann.traffic.stop();
  await clock.advance(200);
  expect(ann.receiver.reception.packets).toBe(packets);
});
