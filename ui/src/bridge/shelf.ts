import { parse, stringify } from "./exact";

/** Small things kept between starts. A full, blocked or damaged store costs the memory, never the page. */

export type Shelf = Pick<Storage, "getItem" | "setItem">;

export function recall<T>(shelf: Shelf, key: string, fits: (value: unknown) => value is T, otherwise: T): T {
  try {
    const value: unknown = parse(shelf.getItem(key) ?? "null");
    return fits(value) ? value : otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(shelf: Shelf, key: string, value: unknown): void {
  try {
    shelf.setItem(key, stringify(value));
  } catch {
    // A full store is not the user's problem: the draft is still on the screen.
  }
}

/** A shelf whose items are known at once, and whose changes are kept by `keep`. An empty one takes over what was `before`. */
export function shelfOf(
  items: Readonly<Record<string, string>>,
  keep: (name: string, text: string) => Promise<unknown>,
  before: Readonly<Record<string, string>> = {},
): Shelf {
  const kept = new Map(Object.entries(items));
  const shelf: Shelf = {
    getItem: (name) => kept.get(name) ?? null,
    setItem(name, text) {
      kept.set(name, text);
      // As above.
      keep(name, text).catch(() => undefined);
    },
  };
  if (kept.size === 0) Object.entries(before).forEach(([name, text]) => shelf.setItem(name, text));
  return shelf;
}
