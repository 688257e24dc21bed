import type { Availability, UserId } from "@skein/core";
import type { CSSProperties, ReactElement } from "react";
import { portrait } from "../model/portrait.ts";

/** Initials on a colour of their own, with a presence dot where presence is known. Decoration: the name stands beside it. */
export function Avatar({
  name,
  user,
  presence,
  size = "normal",
}: {
  readonly name: string;
  readonly user: UserId;
  readonly presence?: Availability;
  readonly size?: "normal" | "large";
}): ReactElement {
  const { initials, hue } = portrait({ name, user });
  return (
    <span className="avatar" data-size={size} style={{ "--hue": hue } as CSSProperties} aria-hidden="true">
      {initials}
      {presence !== undefined && <span className="presence-dot" data-presence={presence} />}
    </span>
  );
}
