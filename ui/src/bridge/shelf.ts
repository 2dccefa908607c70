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
