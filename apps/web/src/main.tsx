/**
 * The page: reads where it is, checks that it can run here, takes part in its profile, and draws.
 *
 * Main path: `main.tsx` → `session/tab.ts` (one tab leads a profile, the others follow) → `session/start-client.ts` (the
 * client, in the leading tab) → `ui/app.tsx` → `ui/main-screen.tsx`. What is shown of what is pure and in `model/`.
 * Left out: everything that talks to anybody; that is `@skein/client`, reached only through its `Session`.
 *
 * @module
 */
import { systemClock } from "@skein/core";
import { StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { readProfile } from "./address.ts";
import { judge, lookAround } from "./environment.ts";
import { watchSoundDevices } from "./media/devices.ts";
import { soundPreferences } from "./media/preferences.ts";
import { createRemoteAudio } from "./media/remote-audio.ts";
import { createRingtone } from "./media/ringtone.ts";
import type { Opener } from "./session/opener.ts";
import type { ClientOptions } from "./session/start-client.ts";
import { openTab, type Tab } from "./session/tab.ts";
import { openTabChannel } from "./session/tab-messages.ts";
import { webLocks } from "./session/web-locks.ts";
import { App } from "./ui/app.tsx";
import { BadProfile, CannotRun } from "./ui/cannot-run.tsx";
import type { PageParts } from "./ui/page-parts.ts";
import { windowRoute } from "./ui/route-source.ts";

start();

function start(): void {
  const element = document.getElementById("root");
  if (element === null) throw new Error("the page has no #root");
  const root = createRoot(element);
  const choice = readProfile(location.search);
  const verdict = judge(lookAround(globalThis));
  if (!choice.ok) root.render(<BadProfile />);
  else if (verdict.kind !== "fit") root.render(<CannotRun verdict={verdict} />);
  else join(root, choice.profile);
}

function join(root: Root, profile: string): void {
  const parts = pageParts(profile);
  const tab = openTab(
    { profile, tab: crypto.randomUUID() },
    {
      lock: webLocks(navigator.locks),
      channel: openTabChannel(profile),
      opener: lateOpener(profile, parts),
      clock: systemClock,
    },
  );
  watchUse(tab);
  root.render(
    <StrictMode>
      <App view={tab.view} parts={parts} />
    </StrictMode>,
  );
}

function pageParts(profile: string): PageParts {
  const audio = document.createElement("audio");
  document.body.append(audio);
  return {
    profile,
    route: windowRoute(window),
    devices: watchSoundDevices(navigator.mediaDevices),
    sound: soundPreferences(profile, window),
    remoteAudio: createRemoteAudio(audio),
    ringtone: createRingtone({ openContext: () => new AudioContext(), clock: systemClock }),
    clock: systemClock,
  };
}

/** The client's code is the larger half of the page: it loads beside the first drawing, and only in the leading tab. */
function lateOpener(profile: string, parts: PageParts): Opener {
  const options: ClientOptions = {
    profile,
    processing: () => parts.sound.value.processing,
    page: `${location.origin}${location.pathname}`,
    onRemoteStream: (stream) => {
      parts.remoteAudio.attach(stream);
      // Once a microphone was allowed, the browser tells the names of devices.
      parts.devices.refresh();
    },
    async chooseSpeaker(device) {
      if (!(await parts.remoteAudio.chooseSpeaker(device))) throw new Error("That loudspeaker is not there.");
    },
  };
  let made: Opener | undefined;
  const load = async (): Promise<Opener> => {
    const { createOpener } = await import("./session/start-client.ts");
    made ??= createOpener(options);
    return made;
  };
  return {
    open: async () => (await load()).open(),
    create: async (name) => (await load()).create(name),
  };
}

/** Presence and goodbye: somebody touches this tab, or it goes away. */
function watchUse(tab: Tab): void {
  for (const kind of ["pointerdown", "keydown", "focus"]) addEventListener(kind, () => tab.touch(), { passive: true });
  addEventListener("pagehide", () => {
    tab.close().catch(() => {});
  });
  // A page brought back from the back-forward cache has given its profile up: it starts afresh.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
