import { type CheckDependencies, checkGateways, type GatewayCheck } from "./gateway-check.ts";
import { inWords } from "./gateway-observation.ts";
import type { Lab } from "./lab.ts";
import { checkLinks, type Depth, type LinkCheck } from "./link-check.ts";
import { type Finding, isRight } from "./link-judgement.ts";
import { idealLink } from "./links.ts";
import { nativeProgram } from "./native.ts";
import { startProber } from "./prober.ts";

/** Whether a lab is what its topology says. */
export interface SelfCheck {
  readonly gateways: readonly GatewayCheck[];
  readonly links: readonly LinkCheck[];
}

/** The figures of a self-check, as `lab:selfcheck --json` gives them. */
export interface SelfCheckFigures {
  readonly gateways: number;
  readonly gatewaysRight: number;
  readonly links: number;
  readonly linksRight: number;
}

/**
 * Probes every gateway and every link of a lab nobody uses yet, and compares with what was asked for. Links are ideal
 * while gateways are probed, and as declared again afterwards. Throws LabError when the probe itself fails, or the
 * abort reason.
 */
export async function selfCheck(lab: Lab, depth: Depth, dependencies: CheckDependencies): Promise<SelfCheck> {
  const { signal } = dependencies;
  const prober = startProber(await nativeProgram("nsprobe"), dependencies);
  try {
    const linked = lab.layout.nodes.filter(({ link }) => link !== undefined);
    const declared = linked.map(({ name }) => ({ name, link: lab.link(name).present }));
    for (const { name } of declared) await lab.link(name).set(idealLink);
    const gateways = await checkGateways(lab.layout, prober, dependencies);
    for (const { name, link } of declared) await lab.link(name).set(link);
    const links = await checkLinks(lab, prober, depth, dependencies);
    signal.throwIfAborted();
    return { gateways, links };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await prober.close();
  }
}

/** The figures of a self-check. */
export function figuresOf({ gateways, links }: SelfCheck): SelfCheckFigures {
  const right = (checks: readonly { readonly verdict: string }[]): number =>
    checks.filter(({ verdict }) => verdict === "right").length;
  return {
    gateways: gateways.length,
    gatewaysRight: right(gateways),
    links: links.length,
    linksRight: right(links),
  };
}

/** Whether everything is right, and there was something to check. */
export function isAsDeclared(check: SelfCheck): boolean {
  const { gateways, gatewaysRight, links, linksRight } = figuresOf(check);
  return gateways + links > 0 && gateways === gatewaysRight && links === linksRight;
}

/** The table of a self-check, for people: a line a gateway, two a link; what is wrong is marked ✗ with what it should be. */
export function selfCheckTable({ gateways, links }: SelfCheck): string {
  const width = Math.max(12, ...gateways.map(({ name }) => name.length), ...links.map(({ name }) => name.length));
  const gatewayLines = gateways.flatMap(({ name, expected, seen, verdict }) => [
    `${verdict === "right" ? "✓" : "✗"} ${name.padEnd(width)}  ${inWords(seen)}`,
    ...(verdict === "right" ? [] : [`  ${"".padEnd(width)}  expected: ${inWords(expected)}`]),
  ]);
  const linkLines = links.flatMap(({ name, up, down, verdict }) => [
    `${verdict === "right" ? "✓" : "✗"} ${name.padEnd(width)}  up    ${up.map(findingInWords).join(" · ")}`,
    `  ${"".padEnd(width)}  down  ${down.map(findingInWords).join(" · ")}`,
  ]);
  return [
    "gateways, as two public hosts see them",
    ...gatewayLines,
    "",
    "links, measured [allowed]",
    ...linkLines,
  ].join("\n");
}

function findingInWords(finding: Finding): string {
  const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2));
  const { what, least, seen, most } = finding;
  return `${isRight(finding) ? "" : "✗ "}${what} ${number(seen)} [${number(least)}–${number(most)}]`;
}
