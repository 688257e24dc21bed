/**
 * The same items, ordered so that the first ones come from as many places as possible: one of each place, in the order
 * given, then a second of each. A reader that asks the first few is then not answered by one landlord alone, as long as
 * there is another; nobody is left out. For reads by /16 (`neighbourhoodOf`).
 */
export function diverseOrder<Item>(items: readonly Item[], placeOf: (item: Item) => string): Item[] {
  const seen = new Map<string, number>();
  return items
    .map((item) => {
      const place = placeOf(item);
      const turn = seen.get(place) ?? 0;
      seen.set(place, turn + 1);
      return { item, turn };
    })
    .sort((one, other) => one.turn - other.turn)
    .map(({ item }) => item);
}
