import { isTestPath, type ProjectFile, withoutComments } from "./project-files.ts";

/** A package's place: its layer and the packages its product code may import. */
interface Place {
  readonly layer: number;
  readonly may: readonly string[];
}

const BELOW_NETWORKS = ["core", "wire", "identity", "election", "relay", "secure", "messaging", "calls"] as const;

/**
 * The layer table of docs/architecture.md. `messaging` and `calls` know no network package: that is what makes the
 * comparison of the two modes honest. `testkit` stays below `client`, so that client can be tested with it.
 */
const PACKAGES: Readonly<Record<string, Place>> = {
  core: { layer: 0, may: [] },
  wire: { layer: 1, may: ["core"] },
  identity: { layer: 1, may: ["core", "wire"] },
  election: { layer: 2, may: ["core", "wire", "identity"] },
  relay: { layer: 2, may: ["core"] },
  secure: { layer: 2, may: ["core", "wire", "identity"] },
  messaging: { layer: 3, may: ["core", "wire", "identity", "secure"] },
  calls: { layer: 3, may: ["core", "wire", "identity", "secure"] },
  "network-p2p": { layer: 4, may: ["core", "wire", "identity", "election", "relay"] },
  "network-central": { layer: 4, may: ["core", "wire", "identity"] },
  "network-hybrid": { layer: 5, may: ["core"] },
  client: { layer: 5, may: [...BELOW_NETWORKS, "network-p2p", "network-central", "network-hybrid"] },
  testkit: { layer: 5, may: [...BELOW_NETWORKS, "network-p2p", "network-central"] },
  simulator: { layer: 5, may: ["core", "election", "messaging"] },
};

/** The programs. They may import any package, and no other program; the lab runs them all. */
const APPS: Readonly<Record<string, { readonly mayImportApps: readonly string[] }>> = {
  web: { mayImportApps: [] },
  supernode: { mayImportApps: [] },
  central: { mayImportApps: [] },
  lab: { mayImportApps: ["web", "supernode", "central"] },
};

/** What a package or app may import, in its product code and in its tests. */
interface Allowed {
  readonly product: ReadonlySet<string>;
  readonly tests: ReadonlySet<string>;
}

/** The allowance of a folder such as `packages/wire`; undefined where the table does not know it. */
function allowedFor(folder: string): Allowed | undefined {
  const [kind, name = ""] = folder.split("/");
  const app = kind === "apps" ? APPS[name] : undefined;
  if (app) {
    const product = new Set([...Object.keys(PACKAGES), ...app.mayImportApps]);
    return { product, tests: product };
  }
  const place = kind === "packages" ? PACKAGES[name] : undefined;
  if (!place) return undefined;
  const lower = Object.keys(PACKAGES).filter((other) => (PACKAGES[other]?.layer ?? 0) < place.layer);
  return { product: new Set(place.may), tests: new Set([...place.may, ...lower, name, "testkit"]) };
}

/** Every module name a source imports, re-exports or loads, also for its types. */
export function importSpecifiers(source: string): string[] {
  const statement = /(?:^|[;}\n])\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']/g;
  const sideEffect = /(?:^|[;}\n])\s*import\s*["']([^"']+)["']/g;
  const call = /\b(?:import|require)\s*\(\s*["'`]([^"'`]+)["'`]/g;
  const code = withoutComments(source);
  return [statement, sideEffect, call].flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ""));
}

/** The folder of the package or app a path belongs to; undefined outside of them. */
function folderOf(path: string): string | undefined {
  return /^((?:packages|apps)\/[^/]+)\//.exec(path)?.[1];
}

/** How many folders a relative import climbs out of its package, as a yes or no. */
function leavesPackage(path: string, specifier: string): boolean {
  if (!specifier.startsWith(".")) return false;
  const resolved = new URL(specifier, `file:///${path}`).pathname.slice(1);
  return folderOf(resolved) !== folderOf(path);
}

/** What is wrong with the imports of one source file, one sentence each. */
export function importFaults(file: ProjectFile): string[] {
  const folder = folderOf(file.path);
  if (folder === undefined) return [];
  const allowed = allowedFor(folder);
  if (!allowed) return [`${file.path}: ${folder} has no place in the layer table`];
  const may = isTestPath(file.path) ? allowed.tests : allowed.product;
  return importSpecifiers(file.text).flatMap((specifier) => {
    if (leavesPackage(file.path, specifier)) return [`${file.path} reaches out of its package: ${specifier}`];
    const name = /^@skein\/([^/]+)/.exec(specifier)?.[1];
    return name === undefined || may.has(name) ? [] : [`${file.path} may not import ${specifier}`];
  });
}

/** What is wrong with the dependencies one package.json declares, one sentence each. */
export function manifestFaults(file: ProjectFile): string[] {
  const folder = folderOf(file.path);
  const allowed = folder === undefined ? undefined : allowedFor(folder);
  if (!allowed) return [`${file.path}: ${folder} has no place in the layer table`];
  const manifest = JSON.parse(file.text) as Record<string, Record<string, string> | undefined>;
  const faultsIn = (field: string, may: ReadonlySet<string>): string[] =>
    Object.keys(manifest[field] ?? {})
      .filter((name) => name.startsWith("@skein/") && !may.has(name.slice("@skein/".length)))
      .map((name) => `${file.path} may not have ${name} in ${field}`);
  return [
    ...faultsIn("dependencies", allowed.product),
    ...faultsIn("peerDependencies", allowed.product),
    ...faultsIn("optionalDependencies", allowed.product),
    ...faultsIn("devDependencies", allowed.tests),
  ];
}
