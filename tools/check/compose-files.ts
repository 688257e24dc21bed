import { parse } from "yaml";
import { readConfig } from "../../apps/central/src/config.ts";
import { settingsHelp } from "../../apps/central/src/settings.ts";
import { readConfiguration, type Settings } from "../../apps/supernode/src/configuration.ts";
import { peerSettings } from "../../apps/supernode/src/peer/peer-settings.ts";
import { pageSettings, supernodeSettings } from "../../apps/supernode/src/supernode-settings.ts";

/** What of a service of a compose file is checked. */
export interface ComposeService {
  readonly name: string;
  /** What Node is given; empty for a service that does not run Node. */
  readonly command: readonly string[];
  /** With what the image sets below what the service sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its addresses, by network. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly dependsOn: readonly string[];
}

/** A compose file as Docker would understand it. */
export interface ComposeFile {
  readonly services: readonly ComposeService[];
  /** Subnets by network. */
  readonly subnets: Readonly<Record<string, string>>;
}

interface RawService {
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks?: Readonly<Record<string, { readonly ipv4_address: string }>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

interface RawFile {
  readonly services: Readonly<Record<string, RawService>>;
  readonly networks?: Readonly<Record<string, { readonly ipam: { readonly config: { readonly subnet: string }[] } }>>;
}

/** What the Dockerfile gives every service: the variables of its ENV lines and the words of its CMD. */
export function imageDefaults(dockerfile: string): { environment: Record<string, string>; command: string[] } {
  const pairs = [...dockerfile.matchAll(/^ENV (.+)$/gm)].flatMap((line) =>
    [...(line[1] ?? "").matchAll(/(\w+)=(\S+)/g)].map((pair) => [pair[1], pair[2]]),
  );
  const command = /^CMD (\[.+\])$/m.exec(dockerfile)?.[1] ?? "[]";
  return { environment: Object.fromEntries(pairs), command: JSON.parse(command) };
}

/** Reads a compose file; every `${NAME:-value}` is its value. */
export function readComposeFile(text: string, dockerfile: string): ComposeFile {
  const plain = text.replace(/\$\{\w+:-([^}]*)\}/g, "$1");
  const file = parse(plain, { merge: true }) as RawFile;
  const image = imageDefaults(dockerfile);
  const services = Object.entries(file.services).map(([name, service]): ComposeService => {
    const runsNode = service.entrypoint === undefined || service.command !== undefined;
    return {
      name,
      command: runsNode ? (service.command ?? image.command) : [],
      environment: { ...image.environment, ...service.environment },
      addresses: Object.fromEntries(
        Object.entries(service.networks ?? {}).map(([network, place]) => [network, place.ipv4_address]),
      ),
      dependsOn: Object.keys(service.depends_on ?? {}),
    };
  });
  const subnets = Object.entries(file.networks ?? {}).map(([name, { ipam }]) => [name, ipam.config[0]?.subnet ?? ""]);
  return { services, subnets: Object.fromEntries(subnets) };
}

const ROLES: Readonly<Record<string, Settings>> = {
  supernode: supernodeSettings,
  page: pageSettings,
  peer: peerSettings,
};

/** Which of a role's settings is the port its health is asked at. */
const HEALTH_PORTS: Readonly<Record<string, string>> = { supernode: "http-port", page: "port", peer: "http-port" };

/** What is wrong with a service's settings, one sentence each: its own program reads them. */
export function settingFaults({ name, command, environment }: ComposeService): readonly string[] {
  const [program, role = "", ...flags] = command;
  const faults = (known: readonly string[], healthPort: unknown): readonly string[] => [
    ...Object.keys(environment)
      .filter((variable) => variable.startsWith("SKEIN_") && !known.includes(variable))
      .map((variable) => `${name}: ${variable} is no setting of ${program}`),
    ...(environment.HEALTH_PORT === `${healthPort}`
      ? []
      : [`${name}: health is asked at another port than ${healthPort}`]),
  ];
  if (program === undefined) return [];
  if (program === "apps/central/src/main.ts") {
    const outcome = readConfig({ flags: command.slice(1), environment }, { readFile: () => "" });
    if (outcome.kind !== "run") return [`${name}: ${outcome.kind === "mistake" ? outcome.message : "only shows help"}`];
    const known = [...settingsHelp().matchAll(/^ {2}--([a-z-]+)/gm)].map((match) => variableOf(match[1] ?? ""));
    return faults(known, outcome.config.port);
  }
  const settings = ROLES[role];
  if (program !== "apps/supernode/build/main.js" || settings === undefined)
    return [`${name}: there is no ${program} ${role}`];
  try {
    const values: Readonly<Record<string, unknown>> = readConfiguration(settings, { flags, environment });
    return faults([...Object.keys(settings), "config"].map(variableOf), values[HEALTH_PORTS[role] ?? ""]);
  } catch (error) {
    return [`${name}: ${(error as Error).message}`];
  }
}

function variableOf(setting: string): string {
  return `SKEIN_${setting.toUpperCase().replaceAll("-", "_")}`;
}

/** What is wrong between services: addresses outside of their network or given twice, addresses nobody has. */
export function placeFaults({ services, subnets }: ComposeFile): readonly string[] {
  const given = services.flatMap(({ name, addresses }) =>
    Object.entries(addresses).map(([network, address]) => ({ name, network, address })),
  );
  const names = services.map(({ name }) => name);
  const known = new Set([...given.map(({ address }) => address), "127.0.0.1", "localhost", "0.0.0.0"]);
  return [
    ...given
      .filter(({ network, address }) => !subnets[network]?.startsWith(`${address.replace(/\.\d+$/, "")}.`))
      .map(({ name, network, address }) => `${name}: ${address} is not in ${network}`),
    ...given
      .filter(({ address }, index) => given.findIndex((other) => other.address === address) !== index)
      .map(({ name, address }) => `${name}: ${address} is taken`),
    ...services.flatMap(({ name, environment }) =>
      Object.entries(environment)
        .flatMap(([variable, value]) => hostsIn(value).map((host) => ({ variable, host })))
        .filter(({ host }) => !known.has(host))
        .map(({ variable, host }) => `${name}: ${variable} names ${host}, which nobody has`),
    ),
    ...services.flatMap(({ name, dependsOn }) =>
      dependsOn.filter((other) => !names.includes(other)).map((other) => `${name}: there is no ${other}`),
    ),
  ];
}

/** IPv4 addresses and the hosts of URLs in a value; a subnet is no host. */
function hostsIn(value: string): readonly string[] {
  const urls = [...value.matchAll(/\w+:\/\/([^:/,\s]+)/g)].map((match) => match[1] ?? "");
  return /^\d+\.\d+\.\d+\.\d+$/.test(value) ? [value] : urls;
}
