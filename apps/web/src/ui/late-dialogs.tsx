import { type ComponentProps, type ComponentType, lazy, type ReactElement, Suspense } from "react";
import { CrashGuard } from "./crash-guard.tsx";

type Dialogs = typeof import("./dialogs.ts");

/** Loads the dialogs, once. Called when the page has time, so that they open at once and without the host. */
export function loadDialogs(): Promise<Dialogs> {
  return import("./dialogs.ts");
}

/** A question before something that is hard to undo. */
export const ConfirmDialog: ComponentType<ComponentProps<Dialogs["ConfirmDialog"]>> = late("ConfirmDialog");

/** My link as a QR code. */
export const LinkDialog: ComponentType<ComponentProps<Dialogs["LinkDialog"]>> = late("LinkDialog");

/** The person whose link was opened. */
export const AddFromLink: ComponentType<ComponentProps<Dialogs["AddFromLink"]>> = late("AddFromLink");

/** The settings. */
export const SettingsDialog: ComponentType<ComponentProps<Dialogs["SettingsDialog"]>> = late("SettingsDialog");

function late<Name extends keyof Dialogs>(name: Name): ComponentType<ComponentProps<Dialogs[Name]>> {
  // The props of one of several components, chosen by name, are beyond what the checker follows.
  const Part = lazy(async () => ({ default: (await loadDialogs())[name] as ComponentType<object> }));
  return function LateDialog(props): ReactElement {
    return (
      <CrashGuard
        instead={<p className="notice fault">This part of the page did not load. Reload the page to try again.</p>}
      >
        <Suspense fallback={null}>
          <Part {...props} />
        </Suspense>
      </CrashGuard>
    );
  };
}
