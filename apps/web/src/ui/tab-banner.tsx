import type { ReactElement } from "react";
import { Icon } from "./icons.tsx";
import { useLive } from "./live-hooks.ts";
import { useScene } from "./session-context.ts";

/** Says that this tab follows another, that the other closed, or that the browser holds back the sound. Rules WB12, WB50. */
export function TabBanner(): ReactElement {
  const { role, link, parts } = useScene();
  const sound = useLive(parts.remoteAudio.state);
  return (
    <div className="banners" role="status">
      {link === "lost" && <p className="banner">The tab that ran Skein has closed. Taking over…</p>}
      {link === "live" && role === "follower" && (
        <p className="banner">Skein is open in another tab; this one follows it. Calls sound there.</p>
      )}
      {sound === "blocked" && (
        <p className="banner">
          The browser holds back the sound of this call.
          <button type="button" className="button small" onClick={() => parts.remoteAudio.resume()}>
            <Icon name="speaker" /> Play it
          </button>
        </p>
      )}
    </div>
  );
}
