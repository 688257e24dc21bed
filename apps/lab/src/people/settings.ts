import type { ChromiumPerson } from "../stage/person.ts";

/** Chooses with whom direct connections are allowed, in the settings, by the words a person reads there. */
export async function chooseDirect({ page }: ChromiumPerson, choice: "With my contacts" | "Never"): Promise<void> {
  await page.getByRole("button", { name: "Settings" }).click();
  const dialog = page.getByRole("dialog");
  const radio = dialog.getByRole("radio", { name: choice });
  // Not `check`: the choice is shown only once it is kept, a moment after the click.
  await radio.click();
  await dialog.locator("input[name=direct]:checked").and(radio).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
}
