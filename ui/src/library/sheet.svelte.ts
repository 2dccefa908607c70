import { flushSync, untrack } from "svelte";
import type { GalleryStore } from "./gallery.svelte";
import { GAP, grid, place, type Grid } from "./grid";
import type { Selection } from "./selection.svelte";

type Scrolled = Pick<HTMLElement, "scrollTop">;

/**
 * Where the pictures of the gallery lie in its scrolled list. Whoever has scrolled down looks at something: what comes
 * meanwhile is held back above it, so that no tile moves under the pointer, until the first row is in sight again.
 */
export class Sheet {
  width = $state(280);
  /** Height of the list; 0 while it is not shown. */
  visible = $state(400);
  private scrolled = $state(0);
  /** The newest picture laid out; null where all are. */
  private newest = $state<number | null>(null);
  private readonly gallery: GalleryStore;
  /** How many pictures are held back. */
  readonly held: number = $derived.by(() => this.newer());
  private readonly laidOut = $derived.by(() => this.gallery.pictures.slice(this.held));
  readonly view: Grid = $derived.by(() => grid(this.laidOut.length, this.width, this.scrolled, this.visible));
  readonly tiles = $derived.by(() => this.laidOut.slice(this.view.first, this.view.end));
  /** The oldest pictures known are nearly in sight. */
  readonly nearEnd: boolean = $derived.by(() => this.view.end >= this.laidOut.length - this.view.columns);

  constructor(gallery: GalleryStore) {
    this.gallery = gallery;
  }

  /** The list was scrolled. At the first row what was held back is laid out above what is in sight. */
  follow(list: Scrolled): void {
    if (this.visible === 0) return;
    this.scrolled = list.scrollTop;
    const row = this.view.tile + GAP;
    if (this.scrolled > row) this.newest ??= this.gallery.newest?.id ?? null;
    else if (this.held > 0) this.push(list, Math.ceil(this.held / this.view.columns) * row);
    else this.release();
  }

  /** Whether the picture has a tile now: only what is drawn can be named as the one with the cursor. */
  draws(id: number | null): boolean {
    return this.tiles.some((picture) => picture.id === id);
  }

  /** Nothing is held back any more. */
  release(): void {
    this.newest = null;
  }

  /** Scrolls as little as needed to show the picture at `index`, which is laid out. */
  reveal(list: Scrolled, index: number): void {
    const { tile } = this.view;
    const { y } = place(this.view, index - this.held);
    if (y < list.scrollTop) list.scrollTop = y;
    else if (y + tile > list.scrollTop + this.visible) list.scrollTop = y + tile - this.visible;
  }

  /** Goes to what is sought. Run as an effect: again when it has come, when it is laid out, and when the list is shown. */
  seek(list: Scrolled, selection: Selection): void {
    const { sought } = selection;
    const at = sought === null || this.visible === 0 ? -1 : this.gallery.indexOf(sought);
    if (at < 0) return;
    if (at < this.held) return this.release();
    untrack(() => this.reveal(list, at));
    selection.sought = null;
  }

  private push(list: Scrolled, by: number): void {
    this.release();
    this.scrolled += by;
    // The list has to be as long first.
    flushSync();
    list.scrollTop = this.scrolled;
  }

  private newer(): number {
    const { newest } = this;
    return newest === null
      ? 0
      : Math.max(
          0,
          this.gallery.pictures.findIndex(({ id }) => id <= newest),
        );
  }
}
