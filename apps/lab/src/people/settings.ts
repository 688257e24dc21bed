import type { Person } from "../stage/person.ts";

/** Chooses with whom direct connections are allowed, in the settings, by the words a person reads there. */
export async function chooseDirect({ page }: Person, choice: "With my contacts" | "Never"): Promise<void> {
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("dialog").getByRole("radio", { name: choice }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
}
