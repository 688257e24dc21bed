import type { CallView } from "@skein/client";
import type { ReactElement } from "react";
import { Icon } from "./icons.tsx";
import { useScene } from "./session-context.ts";
import { MicrophoneChoice } from "./sound-choice.tsx";

/** The buttons of a call. */
export function CallControls({ call }: { readonly call: Exclude<CallView, { kind: "idle" }> }): ReactElement {
  const { act } = useScene();
  switch (call.kind) {
    case "ringing-in":
      return (
        <div className="call-controls">
          <button
            type="button"
            className="round decline"
            data-testid="decline"
            onClick={() => void act({ kind: "decline" })}
          >
            <Icon name="hangup" />
            <span>Decline</span>
          </button>
          <button
            type="button"
            className="round answer"
            data-testid="answer"
            onClick={() => void act({ kind: "answer" })}
          >
            <Icon name="phone" />
            <span>Answer</span>
          </button>
        </div>
      );
    case "ringing-out":
    case "connecting":
      return (
        <div className="call-controls">
          <HangUp />
        </div>
      );
    case "connected":
      return (
        <div className="call-controls">
          <MicrophoneChoice />
          <button
            type="button"
            className="round"
            data-testid="mute"
            aria-pressed={call.muted}
            onClick={() => void act({ kind: "mute", muted: !call.muted })}
          >
            <Icon name={call.muted ? "muted" : "microphone"} />
            <span>Mute</span>
          </button>
          <HangUp />
        </div>
      );
    case "ended":
      return (
        <div className="call-controls">
          <button type="button" className="button" onClick={() => void act({ kind: "call", user: call.user })}>
            <Icon name="phone" /> Call again
          </button>
          <button type="button" className="button" onClick={() => void act({ kind: "dismiss-call" })}>
            Close
          </button>
        </div>
      );
  }
}

function HangUp(): ReactElement {
  const { act } = useScene();
  return (
    <button type="button" className="round decline" data-testid="hangup" onClick={() => void act({ kind: "hang-up" })}>
      <Icon name="hangup" />
      <span>Hang up</span>
    </button>
  );
}
