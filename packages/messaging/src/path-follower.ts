import type { Live, Path, Unsubscribe } from "@skein/core";

/** Shows the path of one channel at a time. */
export interface PathFollower {
  /** Follows this path instead of the one before; `undefined`: there is none. */
  follow(path: Live<Path> | undefined): void;
}

/** Makes a follower that tells `show` of each path in turn. */
export function createPathFollower(show: (path: Path | undefined) => void): PathFollower {
  let followed: Live<Path> | undefined;
  let unsubscribe: Unsubscribe = () => {};
  return {
    follow(path) {
      if (path === followed) return;
      unsubscribe();
      followed = path;
      unsubscribe = path?.subscribe(show) ?? (() => {});
      if (path === undefined) show(undefined);
    },
  };
}
