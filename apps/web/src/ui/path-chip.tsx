import type { PathView } from "@skein/client";
import type { ReactElement } from "react";
import { pathWords } from "../model/words.ts";

/** The path of a chat or call in a few words; a pointer held over it tells who sees what. */
export function PathChip({ path }: { readonly path: PathView | undefined }): ReactElement {
  if (path === undefined) {
    return (
      <span className="path-chip" data-path="none" title="No line is open at the moment; one is opened when needed.">
        no line open
      </span>
    );
  }
  const { label, meaning } = pathWords(path);
  return (
    <span className="path-chip" data-path={path.kind} title={meaning}>
      <PathGlyph kind={path.kind} />
      {label}
    </span>
  );
}

function PathGlyph({ kind }: { readonly kind: PathView["kind"] }): ReactElement {
  return (
    <svg className="path-glyph" viewBox="0 0 26 12" aria-hidden="true" focusable="false">
      <path d={kind === "direct" ? "M4 6H22" : "M4 9 13 3.5 22 9"} />
      <circle cx="4" cy={kind === "direct" ? 6 : 9} r="2" />
      {kind === "relayed" && <circle cx="13" cy="3.5" r="2" />}
      {kind === "central" && <rect x="10.8" y="1.3" width="4.4" height="4.4" />}
      <circle cx="22" cy={kind === "direct" ? 6 : 9} r="2" />
    </svg>
  );
}
