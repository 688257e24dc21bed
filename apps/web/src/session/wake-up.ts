/** What is needed of the browser: `window` and `document`. */
export interface WakeUpScope {
  readonly window: Pick<EventTarget, "addEventListener" | "removeEventListener">;
  readonly document: Pick<EventTarget, "addEventListener" | "removeEventListener"> & {
    readonly visibilityState: DocumentVisibilityState;
  };
}

/**
 * Calls `look` when the machine may have slept or changed its network: the browser says it is online, or the page is seen
 * again. Timers of a hidden page run late, so waiting for one would show old news. Returns the end. Rule WB63.
 */
export function onWakeUp(look: () => void, scope: WakeUpScope): () => void {
  const seen = (): void => {
    if (scope.document.visibilityState === "visible") look();
  };
  scope.window.addEventListener("online", look);
  scope.document.addEventListener("visibilitychange", seen);
  return () => {
    scope.window.removeEventListener("online", look);
    scope.document.removeEventListener("visibilitychange", seen);
  };
}
