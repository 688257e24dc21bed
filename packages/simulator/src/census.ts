import { type Member, offeredBy, servesAs } from "./member.ts";

/** The network counted at one moment. */
export interface Census {
  readonly online: number;
  readonly supernodes: number;
  readonly unproven: number;
  readonly slots: number;
  readonly used: number;
  /** Share of its slots in use at the fullest, percent. */
  readonly fullestPct: number;
  /** Leaves with fewer than two supernodes, and with none. */
  readonly short: number;
  readonly stranded: number;
}

/** Supernodes with fewer slots than this are not looked at for the fullest: two leaves would fill them. */
const TELLING_SLOTS = 20;

/** Counts those online. */
export function takeCensus(online: Iterable<Member>): Census {
  const counted: Counting = {
    online: 0,
    supernodes: 0,
    unproven: 0,
    slots: 0,
    used: 0,
    fullestPct: 0,
    short: 0,
    stranded: 0,
  };
  for (const member of online) {
    counted.online += 1;
    if (offeredBy(member) > 0) countSupernode(counted, member);
    else if (servesAs(member) === "leaf") countLeaf(counted, member);
  }
  return counted;
}

type Counting = { -readonly [Field in keyof Census]: Census[Field] };

function countSupernode(counted: Counting, member: Member): void {
  const slots = offeredBy(member);
  const used = member.leaves.size;
  counted.supernodes += 1;
  counted.slots += slots;
  counted.used += used;
  if (slots >= TELLING_SLOTS) counted.fullestPct = Math.max(counted.fullestPct, (100 * used) / slots);
  if (member.profile.build === "unproven") counted.unproven += 1;
}

function countLeaf(counted: Counting, { homes }: Member): void {
  if (homes.length < 2) counted.short += 1;
  if (homes.length === 0) counted.stranded += 1;
}

/** Whether every one of these leaves, as far as it is still there, has at least two supernodes again. */
export function allServed(leaves: readonly { readonly member: Member; readonly session: number }[]): boolean {
  return leaves.every(
    ({ member, session }) => member.session !== session || servesAs(member) === "supernode" || member.homes.length >= 2,
  );
}
