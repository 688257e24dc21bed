import type { CallView } from "@skein/client";
import { type RefObject, useEffect, useRef } from "react";

/**
 * Moves focus to the call's heading when somebody calls, and back where it was when the call is over. The heading, not
 * the answer button: a key pressed in that moment must not answer. A half-written text keeps the focus; the call is
 * then only announced. Rule WB43.
 */
export function useCallFocus(call: CallView): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef<Element | null>(null);
  const ringing = call.kind === "ringing-in";
  const idle = call.kind === "idle";
  useEffect(() => {
    if (!ringing || isWriting(document.activeElement)) return;
    before.current = document.activeElement;
    heading.current?.focus();
  }, [ringing]);
  useEffect(() => {
    if (!idle || before.current === null) return;
    if (document.activeElement === document.body && before.current instanceof HTMLElement) before.current.focus();
    before.current = null;
  }, [idle]);
  return heading;
}

function isWriting(element: Element | null): boolean {
  return (element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement) && element.value !== "";
}
