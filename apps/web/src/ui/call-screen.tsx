import type { CallView } from "@skein/client";
import { type ReactElement, useState } from "react";
import { callDuration } from "../model/call-figures.ts";
import { callAnnouncement } from "../model/words.ts";
import { Avatar } from "./avatar.tsx";
import { CallControls } from "./call-controls.tsx";
import { CallPath } from "./call-path.tsx";
import { CallQuality } from "./call-quality.tsx";
import { Icon } from "./icons.tsx";
import { useNow } from "./live-hooks.ts";
import { useScene } from "./session-context.ts";
import { useCallFocus } from "./use-call-focus.ts";

type ActiveCall = Exclude<CallView, { kind: "idle" }>;

/** The present call. Always on the page, hidden while there is none. Rules WB40 to WB43. */
export function CallScreen(): ReactElement {
  const { state } = useScene();
  const { call } = state;
  const [size, setSize] = useState<"full" | "small">("full");
  const heading = useCallFocus(call);
  const path = call.kind === "idle" ? undefined : call.path?.kind;
  return (
    <>
      <section
        className="call"
        data-testid="call-screen"
        data-state={call.kind}
        data-path={path}
        data-size={call.kind === "ringing-in" ? "full" : size}
        aria-label="Call"
        hidden={call.kind === "idle"}
      >
        {call.kind !== "idle" && (
          <>
            <Who call={call} heading={heading} />
            {call.kind !== "ended" && <CallPath path={call.path} name={call.name} />}
            {call.kind === "connected" && <CallQuality quality={call.quality} />}
            <OtherTab />
            <CallControls call={call} />
            {call.kind !== "ringing-in" && call.kind !== "ended" && (
              <button
                type="button"
                className="icon-button resize only-narrow"
                aria-label={size === "full" ? "Show the chat" : "Show the call"}
                onClick={() => setSize(size === "full" ? "small" : "full")}
              >
                <Icon name={size === "full" ? "shrink" : "grow"} />
              </button>
            )}
          </>
        )}
      </section>
      <p className="sr-only" role="alert">
        {callAnnouncement(call)}
      </p>
    </>
  );
}

function Who({
  call,
  heading,
}: {
  readonly call: ActiveCall;
  readonly heading: React.RefObject<HTMLHeadingElement | null>;
}): ReactElement {
  return (
    <div className="call-who">
      <Avatar name={call.name} user={call.user} size="large" />
      <div>
        <h2 ref={heading} tabIndex={-1} dir="auto">
          {call.name}
        </h2>
        <p className="call-line">
          <Line call={call} />
        </p>
      </div>
    </div>
  );
}

function Line({ call }: { readonly call: ActiveCall }): ReactElement {
  switch (call.kind) {
    case "ringing-in":
      return <>is calling you</>;
    case "ringing-out":
      return <>Ringing…</>;
    case "connecting":
      return <>Connecting…</>;
    case "connected":
      return <Ticking since={call.connectedAt} />;
    case "ended":
      return (
        <>
          {call.sentence}
          {call.lastedMs > 0 && <span className="call-lasted"> · {callDuration(call.lastedMs)}</span>}
        </>
      );
  }
}

function Ticking({ since }: { readonly since: number }): ReactElement {
  const { parts } = useScene();
  const now = useNow(parts.clock, 1_000);
  return (
    <span className="ticking">
      <span className="sr-only">Duration </span>
      {callDuration(now - since)}
    </span>
  );
}

function OtherTab(): ReactElement | null {
  const { role, state } = useScene();
  if (role === "leader" || state.call.kind === "ended") return null;
  return <p className="call-note">Sound and microphone of this call are in the other tab.</p>;
}
