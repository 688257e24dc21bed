import type { Mode } from "@skein/core";
import type { ReactElement } from "react";
import { modeWords } from "../model/words.ts";
import { useScene } from "./session-context.ts";

const MODES: readonly Mode[] = ["p2p", "central"];

/** Flips between the two ways of being connected. One control: a click anywhere on it flips. Rule WB23. */
export function ModeSwitch(): ReactElement {
  const { state, act } = useScene();
  const other: Mode = state.mode === "p2p" ? "central" : "p2p";
  const offered = state.modes.includes(other);
  return (
    <div className="mode">
      <button
        type="button"
        role="switch"
        className="mode-switch"
        data-testid="mode-switch"
        data-mode={state.mode}
        aria-checked={state.mode === "central"}
        aria-label={`Central mode; now ${modeWords(state.mode).label}`}
        aria-describedby="mode-meaning"
        aria-disabled={!offered}
        onClick={() => {
          if (offered) void act({ kind: "choose-mode", mode: other });
        }}
      >
        {MODES.map((mode) => (
          <span key={mode} data-chosen={mode === state.mode ? "yes" : "no"} aria-hidden="true">
            {modeWords(mode).label}
          </span>
        ))}
      </button>
      <span id="mode-meaning" className="quiet small-text">
        {offered ? modeWords(state.mode).meaning : `This host offers ${modeWords(state.mode).label} only.`}
      </span>
    </div>
  );
}
