import { createHandClock } from "@skein/testkit";
import { describe, expect, test } from "vitest";
import { createRingtone, type RingContext } from "./ringtone.ts";

function soundCard() {
  const log: string[] = [];
  const node = () => ({ connect: (next: unknown) => next });
  const param = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
  const open = (): RingContext => {
    log.push("open");
    return {
      currentTime: 0,
      destination: node(),
      createOscillator: () => ({ ...node(), frequency: { value: 0 }, start: () => log.push("note"), stop() {} }),
      createGain: () => ({ ...node(), gain: param }),
      close: async () => void log.push("close"),
    } as unknown as RingContext;
  };
  return { log, open };
}

describe("ringtone", () => {
  test("[WB51] rings again and again until stopped, then closes the sound device and stays silent", async () => {
    const clock = createHandClock();
    const { log, open } = soundCard();
    const ringtone = createRingtone({ openContext: open, clock });
    ringtone.start();
    ringtone.start();
    expect(log).toEqual(["open", "note", "note"]);
    await clock.advance(2_800);
    expect(log).toHaveLength(5);
    ringtone.stop();
    await clock.advance(60_000);
    expect(log.slice(5)).toEqual(["close"]);
    expect(clock.waiting).toBe(0);
  });

  test("[WB51] without a sound device it does nothing, and tries again at the next call", () => {
    let tries = 0;
    const clock = createHandClock();
    const ringtone = createRingtone({
      clock,
      openContext: () => {
        tries += 1;
        throw new DOMException("none", "NotSupportedError");
      },
    });
    ringtone.start();
    ringtone.stop();
    ringtone.start();
    expect([tries, clock.waiting]).toEqual([2, 0]);
  });
});
