/** A page for looking at the page: one scene with nobody behind it, `demo.html?scene=chat`. Never in the product. */
import { type Clock, createLive, systemClock } from "@skein/core";
import { createRoot } from "react-dom/client";
import { watchSoundDevices } from "../src/media/devices.ts";
import { soundPreferences } from "../src/media/preferences.ts";
import { createRemoteAudio } from "../src/media/remote-audio.ts";
import type { TabView } from "../src/session/tab.ts";
import { App } from "../src/ui/app.tsx";
import { windowRoute } from "../src/ui/route-source.ts";
import { DEMO_NOW_MS } from "./demo-people.ts";
import { demoScenes } from "./demo-scenes.ts";
import type { DemoSession } from "./demo-session.ts";

declare global {
  /** For tests: the scene's session, and what the ringtone was told. */
  var demo: { readonly session: DemoSession | undefined; readonly rings: string[] };
}

const name = new URLSearchParams(location.search).get("scene") ?? "chat";
const scene = demoScenes[name];
if (scene === undefined) throw new Error(`scenes: ${Object.keys(demoScenes).join(", ")}`);
const { view, session, hash } = scene();
if (location.hash === "" && hash !== undefined) history.replaceState(null, "", hash);

const startedAt = systemClock.now();
/** Starts at the demo's time and runs. */
const clock: Clock = {
  now: () => DEMO_NOW_MS + systemClock.now() - startedAt,
  at: (atMs, act) => systemClock.at(atMs - DEMO_NOW_MS + startedAt, act),
};
const rings: string[] = [];
globalThis.demo = { session, rings };

const root = document.getElementById("root");
if (root === null) throw new Error("no #root");
createRoot(root).render(
  <App
    view={createLive<TabView>(view)}
    parts={{
      profile: "alice",
      route: windowRoute(window),
      devices: watchSoundDevices(navigator.mediaDevices),
      sound: soundPreferences("alice", window),
      remoteAudio: createRemoteAudio(document.createElement("audio")),
      ringtone: { start: () => void rings.push("start"), stop: () => void rings.push("stop") },
      clock,
    }}
  />,
);
