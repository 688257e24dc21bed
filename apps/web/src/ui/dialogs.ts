/** Everything that opens as a dialog: one part of the page, loaded after the first drawing. */
export { AddFromLink } from "./add-from-link.tsx";
export { ConfirmDialog } from "./confirm-dialog.tsx";
export { LinkDialog } from "./link-dialog.tsx";
export { SettingsDialog } from "./settings-dialog.tsx";
