import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHandClock, createSeededRandom } from "@skein/testkit";
import { expect, onTestFinished, test } from "vitest";
import { createAnalyser, createRecorder, together } from "../../src/peer/hearing.ts";
import type { PeerNews } from "../../src/peer/lines.ts";
import { parseRtp } from "../../src/peer/rtp/rtp-packet.ts";
import { createVoiceReceiver, type VoiceReceiver } from "../../src/peer/rtp/voice-receiver.ts";
import { createVoiceSender } from "../../src/peer/rtp/voice-sender.ts";
import { createToneSource } from "../../src/peer/sound/voice-source.ts";
import { openSound } from "../../src/peer/sound-library.ts";

/** Lets a voice say a tone for some frames of 20 ms; every tenth packet gets lost when asked. */
function speak(voice: VoiceReceiver, frames: number, losing: "nothing" | "tenths" = "nothing"): void {
  const sender = createVoiceSender(createSeededRandom(4));
  sender.use(createToneSource(620));
  for (let frame = 0; frame < frames; frame += 1) {
    const packet = parseRtp(sender.next(111)) ?? expect.fail("no RTP");
    if (losing === "nothing" || frame % 10 !== 5) voice.take(packet);
    voice.play();
  }
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "skein-hearing-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("[PE20] what is heard is told twice a second: the tone and its level", () => {
  const told: PeerNews[] = [];
  const voice = createVoiceReceiver(() => 0);
  const stop = createAnalyser((news) => void told.push(news))(voice);
  speak(voice, 103);
  expect(told).toHaveLength(4);
  const last = told.at(-1);
  if (last?.kind !== "heard") return expect.fail("nothing was heard");
  expect(Math.abs(last.hz - 620)).toBeLessThan(2);
  expect(last.levelDb).toBeGreaterThan(-15);
  stop();
  speak(voice, 50);
  expect(told).toHaveLength(4);
});

test("[PE44] a call is recorded whole to a file of its own, which only its owner can read", () => {
  const directory = folder();
  const told: PeerNews[] = [];
  const clock = createHandClock();
  const record = createRecorder(
    { directory, peer: 3 },
    { clock, random: createSeededRandom(1), tell: (news) => void told.push(news) },
  );
  const voice = createVoiceReceiver(clock.now);
  const stop = record(voice);
  speak(voice, 100, "tenths");
  stop();
  const file = join(directory, "2026-01-01T00-00-00.000Z-3.ogg");
  expect(told).toEqual([{ kind: "recorded", file }]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const bytes = readFileSync(file);
  const last = bytes.lastIndexOf("OggS");
  // The last page ends the stream; as many packets as were due, lost ones too.
  expect(bytes[last + 5]).toBe(4);
  const packets = Number(bytes.readBigInt64LE(last + 6)) / 960;
  expect(packets).toBeGreaterThanOrEqual(97);
  expect(packets).toBeLessThanOrEqual(100);
});

test("[PE44] a listener that cannot start is told, and the others hear all the same", () => {
  const told: PeerNews[] = [];
  const broken = (): never => {
    throw new Error("the disk is full");
  };
  const tell = (news: PeerNews): void => void told.push(news);
  const voice = createVoiceReceiver(() => 0);
  together([broken, createAnalyser(tell)], tell)(voice);
  speak(voice, 60);
  expect(told[0]).toEqual({ kind: "error", reason: expect.stringContaining("the disk is full") });
  expect(told.at(-1)?.kind).toBe("heard");
});

test("[PE42] sounds have names: silence, tones and files", () => {
  expect(openSound("tone:440").next()).toBe(createToneSource(440).next());
  expect(openSound("silence").next()).toBe(createToneSource(0).next());
  expect(() => openSound("tone:0")).toThrow("1 to 20000 Hz");
  expect(() => openSound("tone:20001")).toThrow("1 to 20000 Hz");
  expect(() => openSound(join(folder(), "none.wav"))).toThrow(/none\.wav cannot be played/);
});
