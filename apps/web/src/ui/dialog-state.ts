import type { CallView } from "@skein/client";
import { useCallback, useEffect, useState } from "react";

/** Whether a dialog is on the screen, and the ways in and out. */
export interface DialogState {
  readonly shown: "yes" | "no";
  open(): void;
  close(): void;
}

/** State of one dialog. A call coming in closes it at once: nothing may stand before the answer button. Rule WB43. */
export function useDialog(call: CallView): DialogState {
  const [shown, setShown] = useState<"yes" | "no">("no");
  const ringing = call.kind === "ringing-in";
  useEffect(() => {
    if (ringing) setShown("no");
  }, [ringing]);
  return {
    shown: ringing ? "no" : shown,
    open: useCallback(() => setShown("yes"), []),
    close: useCallback(() => setShown("no"), []),
  };
}
