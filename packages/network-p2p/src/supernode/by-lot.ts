import type { Random } from "@skein/core";

/** The same items in an order of chance. */
export function byLot<Item>(items: readonly Item[], random: Random): readonly Item[] {
  return items
    .map((item) => ({ item, lot: random.fraction() }))
    .sort((one, other) => one.lot - other.lot)
    .map(({ item }) => item);
}
