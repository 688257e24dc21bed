import { useCallback, useRef } from "react";

/**
 * For a dialog: gives the focus back to whatever had it when the dialog was first drawn, unless something else, like a
 * call coming in, took it meanwhile. Goes to `onCloseAutoFocus`.
 */
export function useFocusBack(): (event: Event) => void {
  const before = useRef(document.activeElement);
  return useCallback((event) => {
    event.preventDefault();
    const nowhere = document.activeElement === null || document.activeElement === document.body;
    if (nowhere && before.current instanceof HTMLElement) before.current.focus();
  }, []);
}
