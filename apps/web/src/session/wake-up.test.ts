import { expect, test } from "vitest";
import { onWakeUp } from "./wake-up.ts";

test("[WB63] the network is looked at when the browser is online again or the page is seen again, until the end", () => {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: "hidden" as DocumentVisibilityState });
  let looks = 0;
  const end = onWakeUp(
    () => {
      looks += 1;
    },
    { window, document },
  );
  document.dispatchEvent(new Event("visibilitychange"));
  expect(looks).toBe(0);
  document.visibilityState = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event("online"));
  expect(looks).toBe(2);
  end();
  document.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event("online"));
  expect(looks).toBe(2);
});
