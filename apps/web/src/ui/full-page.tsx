import type { ReactElement, ReactNode } from "react";
import { Flock } from "./icons.tsx";

/** A page with one thing to say: a sky with the flock above, the words below. */
export function FullPage({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <main className="full-page">
      <div className="sky">
        <Flock />
      </div>
      <div className="full-page-body">
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
