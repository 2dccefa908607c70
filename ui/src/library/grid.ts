/** Where the tiles of a virtual grid are: only rows near the window exist as elements. */

export interface Grid {
  readonly columns: number;
  readonly tile: number;
  readonly height: number;
  /** First and one past the last picture to draw. */
  readonly first: number;
  readonly end: number;
}

export const GAP = 4;
/** Edge of a tile; where there is room for many of the least ones in a row, they grow instead. */
const WISHED = { least: 104, most: 200, columns: 5 };
const MARGIN_ROWS = 3;
const PAGE_ROWS = 4;

export function grid(count: number, width: number, scrolled: number, visible: number): Grid {
  const wished = Math.min(WISHED.most, Math.max(WISHED.least, width / WISHED.columns));
  const columns = Math.max(2, Math.round((width + GAP) / (wished + GAP)));
  const tile = Math.max(1, Math.floor((width - GAP * (columns - 1)) / columns));
  const row = tile + GAP;
  const rows = Math.ceil(count / columns);
  const from = Math.max(0, Math.floor(scrolled / row) - MARGIN_ROWS);
  const to = Math.min(rows, Math.ceil((scrolled + visible) / row) + MARGIN_ROWS);
  return { columns, tile, height: rows * row, first: from * columns, end: Math.min(count, to * columns) };
}

export function place(grid: Grid, index: number): { x: number; y: number } {
  const row = grid.tile + GAP;
  return { x: (index % grid.columns) * row, y: Math.floor(index / grid.columns) * row };
}

type Key = Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey">;

/** How many pictures the cursor moves for a key; 0 for keys that move nothing. */
export function moveOf(press: Key, { columns }: Grid, count: number): number {
  if (press.altKey || press.ctrlKey || press.metaKey) return 0;
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * PAGE_ROWS,
    PageDown: columns * PAGE_ROWS,
    Home: -count,
    End: count,
  };
  return moves[press.key] ?? 0;
}
