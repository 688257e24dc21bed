import { copyFileSync, cpSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { LabError } from "../netns/requirements.ts";
import { type RunOptions, runCommand } from "./run-command.ts";

/** Programs a container of ours needs: a shell with its everyday tools, those of the network, those that drop rights. */
const PROGRAMS = [
  ...["sh", "env", "cat", "chmod", "chown", "cp", "id", "ln", "ls", "mkdir", "mv", "rm", "sleep", "test", "uname"],
  ...["grep", "sed", "tar", "gzip", "ip", "nft", "conntrack", "setpriv"],
] as const;

/** Servers of others, to measure ours against: NATS, coturn. They come along where this machine has them. */
const SERVERS = ["nats-server", "turnserver"] as const;

/** Libraries of the C library's own package that prebuilt programs may want though none of the above does. */
const MORE_LIBRARIES = [
  "librt.so.1",
  "libresolv.so.2",
  "libutil.so.1",
  "libnss_files.so.2",
  "libnss_dns.so.2",
] as const;

/** Where Debian keeps programs, root's too. */
const FOLDERS = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/sbin", "/bin", "/sbin"];

/** Where the base keeps certificates of authorities, as Debian does. */
export const CERTIFICATES: string = "/etc/ssl/certs/ca-certificates.crt";

/** The libraries a program is linked with, as `ldd` prints them; none for a static program. */
export function librariesOf(lddOutput: string): readonly string[] {
  return lddOutput.split("\n").flatMap((line) => /(?:=> |^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

/**
 * Lays out, in an empty folder, the smallest Debian-like system that runs Skein: this machine's own programs with the
 * libraries they are linked with, the pinned Node, npm, certificates. For where no image can be pulled. Throws LabError
 * when a program is missing here.
 */
export async function layOutBase(folder: string, node: string, run: RunOptions): Promise<void> {
  for (const each of [
    "usr/bin",
    "usr/lib",
    "usr/lib64",
    "etc/ssl/certs",
    "tmp",
    "run",
    "var/tmp",
    "root",
    "proc",
    "sys",
  ])
    mkdirSync(join(folder, each), { recursive: true });
  // As on the machine itself, so that libraries land where their programs look for them.
  for (const each of ["bin", "lib", "lib64"]) symlinkSync(`usr/${each}`, join(folder, each));
  symlinkSync("usr/bin", join(folder, "sbin"));
  symlinkSync("bin", join(folder, "usr/sbin"));
  const programs = PROGRAMS.map((name) => [name, foundProgram(name)] as const);
  const servers = SERVERS.flatMap((name) => {
    const file = pathOf(name);
    return file === undefined ? [] : [[name, file] as const];
  });
  const files = [...programs, ...servers, ["node", realpathSync(node)] as const];
  for (const [name, file] of files) copyFileSync(file, join(folder, "usr/bin", name));
  const linked = await runCommand(["ldd", ...files.map(([, file]) => file)], run);
  const libraries = librariesOf(linked);
  const ofC = dirname(libraries.find((library) => library.endsWith("/libc.so.6")) ?? "/lib/libc.so.6");
  const more = MORE_LIBRARIES.map((name) => join(ofC, name)).filter((library) => existsSync(library));
  for (const library of new Set([...libraries, ...more])) {
    mkdirSync(join(folder, dirname(library)), { recursive: true });
    copyFileSync(library, join(folder, library));
  }
  copyNpm(folder);
  const certificates = process.env.NODE_EXTRA_CA_CERTS ?? CERTIFICATES;
  if (existsSync(certificates)) copyFileSync(certificates, join(folder, CERTIFICATES));
  writeFileSync(join(folder, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(folder, "etc/group"), "root:x:0:\n");
  writeFileSync(join(folder, "etc/nsswitch.conf"), "hosts: files dns\n");
}

function pathOf(name: string): string | undefined {
  const file = FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
  return file === undefined ? undefined : realpathSync(file);
}

function foundProgram(name: string): string {
  const file = pathOf(name);
  if (file === undefined)
    throw new LabError(`${name} is not installed here, so no base image can be made of this machine`);
  return file;
}

/** npm as this machine has it, if it is in one piece. */
function copyNpm(folder: string): void {
  const root = dirname(dirname(foundProgram("npm")));
  if (!existsSync(join(root, "node_modules")))
    throw new LabError(`npm in ${root} is not in one piece, so no base image can be made of this machine`);
  const target = "usr/lib/node_modules/npm";
  cpSync(root, join(folder, target), { recursive: true, dereference: true });
  for (const name of ["npm", "npx"]) symlinkSync(`/${target}/bin/${name}-cli.js`, join(folder, "usr/bin", name));
}
