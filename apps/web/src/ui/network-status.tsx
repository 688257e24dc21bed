import type { ReactElement } from "react";
import { networkWords } from "../model/words.ts";
import { useDeviceLink } from "./live-hooks.ts";
import { useScene } from "./session-context.ts";

/** Where the network stands and by whom, with a hint when something is wrong. */
export function NetworkStatus(): ReactElement {
  const { state } = useScene();
  const device = useDeviceLink();
  const { line, hint } = networkWords(state.network, state.mode, device);
  return (
    <div className="network" role="status" data-network={state.network.kind}>
      <p className="network-line">
        <span className="network-dot" aria-hidden="true" />
        {line}
      </p>
      {hint !== undefined && <p className="network-hint">{hint}</p>}
    </div>
  );
}
