import type { CallView, ContactView } from "@skein/client";

/** Title of the page. While it rings it alternates with `beat`, so that a tab in the background is noticed. Rule WB44. */
export function pageTitle(
  page: { readonly profile: string; readonly call: CallView; readonly contacts: readonly ContactView[] },
  beat: "call" | "rest",
): string {
  const { call } = page;
  if (call.kind === "ringing-in" && beat === "call") return `☎ ${call.name} is calling`;
  const unread = page.contacts.reduce((sum, contact) => sum + contact.unread, 0);
  const base = page.profile === "default" ? "Skein" : `Skein · ${page.profile}`;
  return unread === 0 ? base : `(${unread}) ${base}`;
}
