import type { Live } from "@skein/core";
import type { ReactElement } from "react";
import type { TabView } from "../session/tab.ts";
import { CrashGuard } from "./crash-guard.tsx";
import { FullPage } from "./full-page.tsx";
import { useLive } from "./live-hooks.ts";
import { MainScreen } from "./main-screen.tsx";
import { Onboarding } from "./onboarding.tsx";
import type { PageParts } from "./page-parts.ts";

/** The page of one tab: whatever its view calls for. */
export function App(page: { readonly view: Live<TabView>; readonly parts: PageParts }): ReactElement {
  return (
    <CrashGuard instead={<Crashed />}>
      <Shown {...page} />
    </CrashGuard>
  );
}

function Shown({ view, parts }: { readonly view: Live<TabView>; readonly parts: PageParts }): ReactElement {
  const shown = useLive(view);
  const route = useLive(parts.route);
  switch (shown.kind) {
    case "looking":
      return <Splash />;
    case "new":
      return <Onboarding profile={parts.profile} route={route} create={shown.create} />;
    case "elsewhere":
      return <Elsewhere stage={shown.stage} profile={parts.profile} />;
    case "failed":
      return <Failed sentence={shown.sentence} retry={shown.retry} />;
    case "running":
      return <MainScreen session={shown.session} role={shown.role} link={shown.link} parts={parts} />;
  }
}

function Splash(): ReactElement {
  return (
    <main className="splash" aria-busy="true">
      <p className="sr-only">Skein is starting.</p>
    </main>
  );
}

function Elsewhere({
  stage,
  profile,
}: {
  readonly stage: "opening" | "new" | "silent";
  readonly profile: string;
}): ReactElement {
  return (
    <FullPage title="Skein is open in another tab">
      {stage === "opening" && <p role="status">It is starting there; this tab follows in a moment.</p>}
      {stage === "new" && <p role="status">It asks for a name there. Answer it, and this tab follows.</p>}
      {stage === "silent" && (
        <p role="status">
          That tab does not answer. It may run an older build of this page: reload it or close it, and this tab takes
          over.
        </p>
      )}
      <p className="quiet">
        Profile <code>{profile}</code>. A second person in the same browser needs a profile of their own, like{" "}
        <code>?profile=bob</code>.
      </p>
    </FullPage>
  );
}

function Failed({
  sentence,
  retry,
}: {
  readonly sentence: string;
  readonly retry: (() => void) | undefined;
}): ReactElement {
  return (
    <FullPage title="Skein could not start">
      <p role="alert">{sentence}</p>
      {retry !== undefined && (
        <p>
          <button type="button" className="button primary" onClick={retry}>
            Try again
          </button>
        </p>
      )}
    </FullPage>
  );
}

function Crashed(): ReactElement {
  return (
    <FullPage title="The page has a fault">
      <p role="alert">
        Drawing this page failed, and that is a mistake in Skein, not yours. Your keys and messages are safe in this
        browser.
      </p>
      <p>
        <button type="button" className="button primary" onClick={() => location.reload()}>
          Reload the page
        </button>
      </p>
    </FullPage>
  );
}
