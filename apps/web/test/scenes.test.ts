import { describe, expect, test } from "vitest";
import { demoScenes } from "./demo-scenes.ts";
import { axeFaults, NARROW, usePageStage } from "./page-stage.ts";

/** Every situation of the page in a real browser: can everybody use it, and does it fit. */

const stage = usePageStage();

describe("every scene", () => {
  for (const scene of Object.keys(demoScenes)) {
    test(`[WB60] ${scene}: axe finds no fault, light and dark`, () =>
      stage.withPage(async (page) => {
        await stage.show(page, scene);
        expect(await axeFaults(page, "all")).toEqual([]);
        await page.emulateMedia({ colorScheme: "dark" });
        expect(await axeFaults(page, "colours")).toEqual([]);
      }));
  }

  test.each(["onboarding", "list", "chat", "connected", "ended"])(
    "[WB60] %s: axe finds no fault on a narrow page",
    (scene) =>
      stage.withPage(
        async (page) => {
          await stage.show(page, scene);
          expect(await axeFaults(page, "all")).toEqual([]);
        },
        { viewport: NARROW },
      ),
  );

  test("[WB61] nothing sticks out sideways at 360 px", { timeout: 60_000 }, () =>
    stage.withPage(
      async (page) => {
        for (const scene of Object.keys(demoScenes)) {
          await stage.show(page, scene);
          const wide = await page.evaluate(() =>
            [...document.querySelectorAll("body *")]
              .filter((element) => element.closest(".sr-only, svg") === null)
              .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
              .map((element) => element.className),
          );
          expect([scene, wide]).toEqual([scene, []]);
        }
      },
      { viewport: { width: 360, height: 740 } },
    ),
  );
});
