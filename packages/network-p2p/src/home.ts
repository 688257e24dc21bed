import type { DeviceId, Report } from "@skein/core";
import type { LinkSource, SupernodeLink } from "./supernode-link.ts";
import type { Decision } from "./supernode-plan.ts";

/** Which of the held supernodes is home. */
export interface Home {
  readonly supernode: DeviceId | undefined;
  /** Puts home first and the nearest next, and tells those whose part changed. */
  settle(chosen: Decision | undefined): void;
}

/** Starts without a home. */
export function createHome({ links, report }: { readonly links: LinkSource; readonly report: Report }): Home {
  let home: DeviceId | undefined;
  return {
    get supernode() {
      return home;
    },
    settle(chosen) {
      const before = home;
      home = chosen?.supernode;
      const sorted = homeFirst(links.value, home);
      if (sorted.some((link, index) => link !== links.value[index])) links.set(sorted);
      if (home === before || chosen === undefined) return;
      report({ name: "net.supernode.choice", supernode: chosen.supernode, choice: "home", reason: chosen.reason });
      for (const link of sorted) {
        if (link.supernode === home) void link.tellHome("yes");
        if (link.supernode === before) void link.tellHome("no");
      }
    },
  };
}

function homeFirst(links: readonly SupernodeLink[], home: DeviceId | undefined): readonly SupernodeLink[] {
  const rank = ({ rttMs, supernode }: SupernodeLink): number => (supernode === home ? -1 : rttMs);
  return [...links].sort((one, other) => rank(one) - rank(other));
}
