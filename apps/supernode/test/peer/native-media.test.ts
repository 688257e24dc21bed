import { fileURLToPath } from "node:url";
import { systemRandom } from "@skein/core";
import { expect, onTestFinished, test } from "vitest";
import { createDtlsCertificate } from "../../src/peer/native/certificate.ts";
import { createNativeMedia, type NativeEvents } from "../../src/peer/native/native-media.ts";
import type { NativeOptions } from "../../src/peer/native/native-messages.ts";

const optionsOf = (policy: NativeOptions["policy"] = "all"): NativeOptions => ({
  iceServers: [],
  policy,
  ssrc: 7,
  certificate: createDtlsCertificate({ random: systemRandom, now: Date.now() }),
});

/** Events that can be awaited. */
function listener() {
  const connected = Promise.withResolvers<void>();
  const packet = Promise.withResolvers<Uint8Array>();
  const died = Promise.withResolvers<string>();
  const candidates: string[] = [];
  let onCandidate = (_text: string): void => {};
  const events: NativeEvents = {
    candidate(text) {
      candidates.push(text);
      onCandidate(text);
    },
    gathered: () => {},
    state(state) {
      if (state === "connected") connected.resolve();
    },
    packet: packet.resolve,
    died: died.resolve,
  };
  return {
    events,
    connected: connected.promise,
    packet: packet.promise,
    died: died.promise,
    candidatesTo(act: (text: string) => void) {
      onCandidate = act;
      for (const text of candidates) act(text);
    },
  };
}

const deaths: string[] = [];

function mediaProcess(program?: string) {
  const media = createNativeMedia({
    died: (reason) => void deaths.push(reason),
    ...(program === undefined ? {} : { program }),
  });
  onTestFinished(() => media.close());
  return media;
}

test("[PE15] [PE16] two connections in the media process find each other, and packets cross", async () => {
  const media = mediaProcess();
  const [ann, ben] = [listener(), listener()];
  const [a, b] = [media.connect(optionsOf(), ann.events), media.connect(optionsOf(), ben.events)];
  const offer = await a.offer();
  // Theirs before their description: kept until it is there.
  ben.candidatesTo((text) => a.addCandidate(text));
  const answer = await b.answer(offer);
  ann.candidatesTo((text) => b.addCandidate(text));
  await a.accept(answer);
  await Promise.all([ann.connected, ben.connected]);
  const rtp = Uint8Array.of(0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0xfc, 1, 2);
  a.send(rtp);
  expect([...(await ben.packet)]).toEqual([...rtp]);
  const { local, remote, remoteFingerprint } = await a.figures();
  expect([local?.type, remote?.type]).toEqual(["host", expect.stringMatching(/host|prflx/)]);
  expect(answer).toContain(`a=fingerprint:sha-256 ${remoteFingerprint}`);
  for (const each of [a, b]) each.close();
});

test("[PE15] what the library refuses is a refusal with its reason, and the process goes on", async () => {
  const media = mediaProcess();
  const { events } = listener();
  const connection = media.connect(optionsOf("relay"), events);
  await expect(connection.answer("v=0\r\n")).rejects.toThrow("they do not offer Opus");
  await expect(connection.accept("nonsense")).rejects.toThrow();
  connection.addCandidate("candidate:not one at all");
  const fresh = media.connect(optionsOf(), events);
  expect(await fresh.offer()).toContain("m=audio 9 UDP/TLS/RTP/SAVPF 111");
  fresh.close();
  await expect(fresh.offer()).rejects.toThrow("closed");
});

test("[PE16] a media process that dies takes its connections along, says why, and is followed by another", async () => {
  const media = mediaProcess(fileURLToPath(new URL("dying-media.mjs", import.meta.url)));
  deaths.length = 0;
  const [ann, ben] = [listener(), listener()];
  const asked = media.connect(optionsOf(), ann.events);
  media.connect(optionsOf(), ben.events);
  await expect(asked.offer()).rejects.toThrow("the media process ended: SIGABRT");
  const reason = await ann.died;
  expect(reason).toMatch(/SIGABRT \(terminate called after throwing/);
  expect(await ben.died).toBe(reason);
  expect(deaths).toEqual([reason]);
  const next = listener();
  await expect(media.connect(optionsOf(), next.events).offer()).rejects.toThrow("SIGABRT");
  expect(deaths).toHaveLength(2);
});
