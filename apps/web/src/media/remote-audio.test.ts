import { until } from "@skein/core";
import { describe, expect, test } from "vitest";
import { type AudioElement, createRemoteAudio } from "./remote-audio.ts";

const soon = () => AbortSignal.timeout(5_000);
const stream = () => ({}) as MediaStream;

function element(play: () => Promise<void>, setSinkId?: (id: string) => Promise<void>): AudioElement {
  return { srcObject: null, autoplay: false, play, ...(setSinkId === undefined ? {} : { setSinkId }) };
}

describe("the other side's sound", () => {
  test("[WB50] plays what is attached, and falls silent when the call is over", async () => {
    const audio = element(async () => {});
    const remote = createRemoteAudio(audio);
    const voice = stream();
    remote.attach(voice);
    await until(remote.state, (state) => state === "playing", soon());
    expect([audio.srcObject, audio.autoplay]).toEqual([voice, true]);
    remote.attach(undefined);
    expect([audio.srcObject, remote.state.value]).toEqual([null, "silent"]);
  });

  test("[WB50] sound held back by the browser is said, and a click plays it", async () => {
    let allowed = false;
    const audio = element(async () => {
      if (!allowed) throw new DOMException("gesture", "NotAllowedError");
    });
    const remote = createRemoteAudio(audio);
    remote.attach(stream());
    await until(remote.state, (state) => state === "blocked", soon());
    allowed = true;
    remote.resume();
    await until(remote.state, (state) => state === "playing", soon());
  });

  test("[WB50] a speaker that is not to be had is told apart from one that is", async () => {
    const remote = createRemoteAudio(
      element(
        async () => {},
        async (id) => {
          if (id === "gone") throw new DOMException("gone", "NotFoundError");
        },
      ),
    );
    expect([await remote.chooseSpeaker("here"), await remote.chooseSpeaker("gone")]).toEqual([true, false]);
    const old = createRemoteAudio(element(async () => {}));
    expect([await old.chooseSpeaker(""), await old.chooseSpeaker("here")]).toEqual([true, false]);
  });
});
