import type { VersionNotice, VersionPolicy } from "@skein/election";

/** The version notice in force. `unmanaged`: no operator key is configured; `waiting`: there is one, and no notice came. */
export type NoticeView =
  | { readonly kind: "unmanaged" }
  | { readonly kind: "waiting" }
  | ({ readonly kind: "notice"; readonly lapsed: boolean; readonly heardAt: number } & Omit<VersionNotice, "bytes">);

/** Shows a policy. */
export function viewNotice(policy: VersionPolicy, now: number): NoticeView {
  if (policy.kind !== "notice") return { kind: policy.kind };
  const { bytes: _, ...notice } = policy.notice;
  return { kind: "notice", lapsed: notice.expiresAt <= now, heardAt: policy.heardAt, ...notice };
}
