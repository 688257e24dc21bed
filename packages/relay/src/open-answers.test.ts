import { describe, expect, test } from "vitest";
import { createDesk } from "../test/machine-desk.ts";
import { address, buildRequest, UDP } from "../test/requests.ts";
import { DEFAULT_LIMITS } from "./defaults.ts";
import { createOpenAnswers } from "./open-answers.ts";
import { METHOD } from "./specification.ts";

const LIMITS = { ...DEFAULT_LIMITS, openAnswersPerSecond: 2, openAnswersBurst: 3, maxCountedAddresses: 2 };

/** How many of ten come through. */
function ofTen(meter: ReturnType<typeof createOpenAnswers>, ip: number, now: number): number {
  return Array.from({ length: 10 }, () => meter.allow(ip, now)).filter(Boolean).length;
}

describe("answers to packets nobody vouches for", () => {
  test("[TU37] each address has a burst and a rate of its own", () => {
    const meter = createOpenAnswers(LIMITS);
    expect([ofTen(meter, 1, 0), ofTen(meter, 2, 0)]).toEqual([3, 3]);
    expect(ofTen(meter, 1, 1000)).toBe(2);
    expect(ofTen(meter, 1, 60_000)).toBe(3);
  });

  test("[TU37] addresses beyond the bound share one count, and those long silent are forgotten", () => {
    const meter = createOpenAnswers(LIMITS);
    meter.allow(1, 0);
    meter.allow(2, 0);
    expect([ofTen(meter, 3, 0), ofTen(meter, 4, 0)]).toEqual([3, 0]);
    expect(ofTen(meter, 3, 1500)).toBe(3);
    expect(ofTen(meter, 4, 1500)).toBe(3);
  });

  test("[TU37] Binding, challenges and bad requests are metered; relaying and proven requests are not", () => {
    const desk = createDesk({ limits: { openAnswersPerSecond: 1, openAnswersBurst: 4 } });
    const seat = desk.seat(address("198.51.100.1", 4000));
    seat.allocate();
    const open = [buildRequest(METHOD.binding, []), buildRequest(METHOD.allocate, [UDP])];
    const answered = Array.from({ length: 10 }, (_, index) => seat.send(open[index % 2] as Buffer).length);
    expect(answered.reduce((sum, count) => sum + count, 0)).toBe(3);
    for (let count = 0; count < 10; count++) expect(seat.ask(METHOD.refresh).messageClass).toBe("success");
  });
});
