/** Photographs every scene of the demo: `node test/take-pictures.ts <folder> [scene…]`. */
import { mkdir } from "node:fs/promises";
import { demoScenes } from "./demo-scenes.ts";
import { openDemoStage } from "./demo-server.ts";

const [folder = "pictures", ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const stage = await openDemoStage();
const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } };

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await stage.browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
    page.on("pageerror", (error) => console.error(error));
    for (const scene of wanted.length > 0 ? wanted : Object.keys(demoScenes)) {
      // On a narrow page some buttons are out of sight in some scenes: then the picture shows the scene without them.
      await stage.show(page, scene).catch((error: Error) => console.error(scene, size, error.message.split("\n")[0]));
      await page.screenshot({ path: `${folder}/${scene}-${size}-${colorScheme}.png` });
    }
    await page.goto(stage.insecureAddress);
    await page.getByRole("heading").waitFor();
    await page.screenshot({ path: `${folder}/insecure-${size}-${colorScheme}.png` });
    await page.close();
  }
}
await stage.close();
