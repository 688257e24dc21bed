import type { ReactElement } from "react";
import type { Verdict } from "../environment.ts";
import { FullPage } from "./full-page.tsx";

/** Says why Skein cannot run here and what would help. Rules WB3, WB4. */
export function CannotRun({ verdict }: { readonly verdict: Exclude<Verdict, { kind: "fit" }> }): ReactElement {
  switch (verdict.kind) {
    case "insecure":
      return (
        <FullPage title="This address is not secure">
          <p>
            This page was opened by plain http from another machine: <code className="address">{verdict.address}</code>.
            To pages opened that way the browser gives
          </p>
          <ul className="plain-list">
            <li>no microphone, so there are no calls;</li>
            <li>no key storage (WebCrypto), so there is nobody to be;</li>
            <li>no tab locking (Web Locks), so two tabs would quarrel over one identity.</li>
          </ul>
          <p>
            Open Skein by <strong>https://</strong>, or on the machine that serves it by{" "}
            <strong>http://localhost</strong>. Whoever runs this host can turn https on with <code>--tls-cert</code> and{" "}
            <code>--tls-key</code>.
          </p>
        </FullPage>
      );
    case "no-webrtc":
      return (
        <FullPage title="This browser has no WebRTC">
          <p>
            Skein carries calls and messages by WebRTC, and this browser lacks it or has it switched off. A current
            Chrome, Edge, Firefox or Safari has it; in some, an extension or a setting turns it off.
          </p>
        </FullPage>
      );
    case "old":
      return (
        <FullPage title="This browser is missing something">
          <p>Skein needs these, and they are not here:</p>
          <ul className="plain-list">
            {verdict.missing.map((feature) => (
              <li key={feature}>{feature}</li>
            ))}
          </ul>
          <p>A current Chrome, Edge, Firefox or Safari has them all.</p>
        </FullPage>
      );
  }
}

/** Says that `?profile=` names something that cannot be a profile. Rule WB1. */
export function BadProfile(): ReactElement {
  return (
    <FullPage title="This is not a profile name">
      <p>
        A profile name has 1 to 32 letters, digits, hyphens or underscores, like <code>?profile=alice</code>.
      </p>
      <p>
        <a className="button" href="?">
          Open the default profile
        </a>
      </p>
    </FullPage>
  );
}
