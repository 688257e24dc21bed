/** A build as it names itself, e.g. `skein-0.1.0+ab12cd3`. Self-declared: it binds the honest only. */
export type BuildId = string;

/** The version inside a build id or version text, as three numbers; `undefined` when there is none. */
export function versionOf(build: BuildId): readonly [number, number, number] | undefined {
  const match = /(?:^|-)(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:$|[+-])/.exec(build);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** Whether a build's version is at least `minimum`; one without a version never is. */
export function meetsFloor(build: BuildId, minimum: string): boolean {
  const have = versionOf(build);
  const need = versionOf(minimum);
  if (have === undefined || need === undefined) return false;
  for (const [index, part] of have.entries()) {
    const other = need[index] ?? 0;
    if (part !== other) return part > other;
  }
  return true;
}
