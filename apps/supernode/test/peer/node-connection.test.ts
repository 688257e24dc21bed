import type { PeerConnection, PeerConnectionOptions } from "@skein/calls";
import { createHandClock, createSeededRandom } from "@skein/testkit";
import { describe, expect, test } from "vitest";
import { createNodeMedia } from "../../src/peer/node-media.ts";
import { createFrameClock } from "../../src/peer/rtp/frame-clock.ts";
import { isRtcp } from "../../src/peer/rtp/rtp-packet.ts";
import { createVoiceSender } from "../../src/peer/rtp/voice-sender.ts";
import { createToneSource } from "../../src/peer/sound/voice-source.ts";
import { browserDescription, createFakeNative, type FakeNative, ownDescription } from "./fake-native.ts";

const RELAY_ONLY: PeerConnectionOptions = { iceServers: [], policy: "relay" };
const ALL: PeerConnectionOptions = { iceServers: [], policy: "all" };
const HOST = { type: "host", address: "192.0.2.1" };

function setUp() {
  const clock = createHandClock();
  const { media, made } = createFakeNative();
  const told: string[] = [];
  const frames = createFrameClock(clock, (error) => {
    throw error;
  });
  const ground = { native: media, frames, clock, random: createSeededRandom(1) };
  const node = createNodeMedia({
    ...ground,
    openSound: (device) => createToneSource(Number(device)),
    listen: () => () => {},
  });
  const connection: PeerConnection = node.createPeerConnection(RELAY_ONLY, {
    candidate: (text, ufrag) => void told.push(`${text} of ${ufrag}`),
    gathered: () => void told.push("gathered"),
    state: (state) => void told.push(state),
    voice: () => void told.push("voice"),
    arriving: () => void told.push("arriving"),
  });
  const at = (index: number): FakeNative => made[index] ?? expect.fail(`no connection ${index}`);
  /** The library says that a connection is up. */
  function up(index: number): void {
    at(index).pair = HOST;
    at(index).events.state("connected");
  }
  return { clock, node, connection, told, made, at, up };
}

/** RTP packets a connection was given to send. */
const voiceOf = ({ sent }: FakeNative): number => sent.filter((packet) => !isRtcp(packet)).length;

describe("a connection", () => {
  test("[PE15] names the ICE user of each candidate, also of those gathered before the description was out", async () => {
    const { connection, told, at } = setUp();
    const offering = connection.offer({ restart: false });
    at(0).events.candidate("early");
    await offering;
    at(0).events.candidate("later");
    at(0).events.gathered();
    expect(told).toEqual(["early of own0", "later of own0", "gathered"]);
  });

  test("[PE15] gives candidates to the native connection they belong to, and to no other", async () => {
    const { connection, at } = setUp();
    await connection.answer(browserDescription("them"));
    await connection.addCandidate("one", "them");
    await connection.addCandidate("other", "somebody else");
    expect(at(0).candidates).toEqual(["one"]);
  });

  test("[PE34] speaks from the moment it is up: silence first, then what the microphone says", async () => {
    const { clock, node, connection, told, at, up } = setUp();
    await connection.answer(browserDescription("them"));
    await clock.advance(100);
    expect(at(0).sent).toEqual([]);
    up(0);
    expect(told).toEqual(["voice", "connected"]);
    await clock.advance(100);
    expect(voiceOf(at(0))).toBe(5);
    const microphone = await node.openMicrophone("440", AbortSignal.timeout(1_000));
    await connection.send(microphone);
    await clock.advance(100);
    const [silent, speaking] = [at(0).sent[0], at(0).sent.at(-1)];
    expect(speaking?.byteLength).toBeGreaterThan(2 * (silent?.byteLength ?? 0));
    microphone.setMuted(true);
    await clock.advance(20);
    expect(at(0).sent.at(-1)?.byteLength).toBe(silent?.byteLength);
    connection.close();
    await clock.advance(100);
    expect(clock.waiting).toBe(0);
    expect(at(0).life).toBe("closed");
  });

  test("[PE34] tells once that the other side is heard, and counts what it hears", async () => {
    const { connection, told, at, up } = setUp();
    await connection.answer(browserDescription("them"));
    up(0);
    const them = createVoiceSender(createSeededRandom(2));
    for (let count = 0; count < 3; count += 1) at(0).events.packet(them.next(111));
    expect(told.filter((fact) => fact === "arriving")).toHaveLength(1);
    const statistics = await connection.statistics();
    expect(statistics.find(({ type }) => type === "inbound-rtp")).toMatchObject({ packetsReceived: 3, packetsLost: 0 });
    expect(statistics.find(({ type }) => type === "local-candidate")).toMatchObject({ candidateType: "host" });
    expect(await connection.remoteFingerprint()).toEqual(Uint8Array.of(0xab, 0xcd));
  });
});

describe("ICE restarts, which the library cannot do", () => {
  test("[PE11] with one of our kind: a second connection with the same certificate takes over once it is up", async () => {
    const { clock, connection, told, made, at, up } = setUp();
    await connection.answer(ownDescription("them0"));
    up(0);
    await clock.advance(100);
    connection.configure(ALL);
    expect(await connection.answer(ownDescription("them1"))).toBe(ownDescription("own1"));
    expect(made.map(({ options }) => options.policy)).toEqual(["relay", "all"]);
    expect(at(1).options.certificate).toEqual(at(0).options.certificate);
    expect(at(1).options.ssrc).toBe(at(0).options.ssrc);
    // What becomes of the first is no news while the second comes up.
    at(0).events.state("interrupted");
    await clock.advance(100);
    expect([voiceOf(at(0)), voiceOf(at(1))]).toEqual([10, 0]);
    up(1);
    await clock.advance(100);
    expect([voiceOf(at(0)), voiceOf(at(1))]).toEqual([10, 5]);
    expect(at(0).life).toBe("open");
    await clock.advance(1_000);
    expect(at(0).life).toBe("closed");
    expect(told).toEqual(["voice", "connected", "connected"]);
  });

  test("[PE11] a second connection that fails changes nothing while the first carries the call", async () => {
    const { connection, told, at, up } = setUp();
    await connection.offer({ restart: false });
    await connection.accept(ownDescription("them0"));
    up(0);
    await connection.offer({ restart: true });
    at(1).events.state("failed");
    expect(at(1).life).toBe("closed");
    expect(told).toEqual(["voice", "connected"]);
    at(0).events.state("failed");
    expect(told.at(-1)).toBe("failed");
  });

  test("[PE12] with a browser, before a pair was found: another connection in place of the first", async () => {
    const { connection, made, at } = setUp();
    await connection.answer(browserDescription("them0"));
    connection.configure(ALL);
    expect(await connection.answer(browserDescription("them1"))).toBe(ownDescription("own1"));
    expect(at(0).life).toBe("closed");
    expect(at(1).options).toMatchObject({ policy: "all", certificate: at(0).options.certificate });
    await connection.addCandidate("theirs", "them1");
    expect(at(1).candidates).toEqual(["theirs"]);
    expect(made).toHaveLength(2);
  });

  test("[PE13] with a browser, from then on: the credentials it knows, so that the pair stays", async () => {
    const { connection, told, made, up } = setUp();
    const first = await connection.answer(browserDescription("them0"));
    up(0);
    expect(await connection.answer(browserDescription("them1"))).toBe(first);
    expect(made).toHaveLength(1);
    expect(told).toEqual(["voice", "connected"]);
  });

  test("[PE13] our own offer of a restart to a browser says again what it said, and its answer changes nothing", async () => {
    const { connection, made, at, up } = setUp();
    const first = await connection.offer({ restart: false });
    await connection.accept(browserDescription("them0"));
    up(0);
    expect(await connection.offer({ restart: true })).toBe(first);
    await connection.accept(browserDescription("them1"));
    expect(made).toHaveLength(1);
    expect(at(0).theirs).toBe(browserDescription("them0"));
  });
});

describe("when the media process dies", () => {
  const REASON = "the media process ended: SIGABRT";

  test("[PE16] the caller mends the call with one of our kind, in the process that follows", async () => {
    const { clock, connection, told, made, at, up } = setUp();
    await connection.offer({ restart: false });
    await connection.accept(ownDescription("them0"));
    up(0);
    at(0).events.died(REASON);
    expect(told.at(-1)).toBe("failed");
    expect(await connection.offer({ restart: true })).toBe(ownDescription("own1"));
    await connection.accept(ownDescription("them1"));
    up(1);
    await clock.advance(100);
    expect(told.at(-1)).toBe("connected");
    expect(voiceOf(at(1))).toBe(5);
    expect(made).toHaveLength(2);
  });

  test("[PE16] with a browser no restart helps, and the reason is told", async () => {
    const { connection, at, up } = setUp();
    await connection.offer({ restart: false });
    await connection.accept(browserDescription("them0"));
    up(0);
    at(0).events.died(REASON);
    await expect(connection.offer({ restart: true })).rejects.toThrow(REASON);
  });

  test("[PE16] who was called hears it as the end of the connection, and before it was up as a failure", async () => {
    for (const [talks, fact] of [
      ["yes", "closed"],
      ["no", "failed"],
    ] as const) {
      const { connection, told, at, up } = setUp();
      await connection.answer(browserDescription("them0"));
      if (talks === "yes") up(0);
      at(0).events.died(REASON);
      expect(told.at(-1)).toBe(fact);
      await expect(connection.answer(browserDescription("them1"))).rejects.toThrow(REASON);
    }
  });
});
