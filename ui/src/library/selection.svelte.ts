import type { GalleryStore } from "./gallery.svelte";

/** Which pictures of the gallery are chosen, and which one has the cursor. */
export class Selection {
  ids = $state.raw<ReadonlySet<number>>(new Set());
  cursor = $state<number | null>(null);
  /** The picture that the gallery should scroll to, until it has. */
  sought = $state<number | null>(null);
  private anchor: number | null = null;
  private readonly gallery: GalleryStore;

  constructor(gallery: GalleryStore) {
    this.gallery = gallery;
  }

  only(id: number): void {
    this.ids = new Set([id]);
    this.cursor = this.anchor = id;
  }

  /** Exactly these, the newest with the cursor and in sight. */
  these(ids: readonly number[]): void {
    const newest = Math.max(...ids);
    this.only(newest);
    this.ids = new Set(ids);
    this.sought = newest;
  }

  toggle(id: number): void {
    const ids = new Set(this.ids);
    if (!ids.delete(id)) ids.add(id);
    this.ids = ids;
    this.cursor = this.anchor = id;
  }

  /** Everything between the last plain choice and `id`. */
  extend(id: number): void {
    const from = this.gallery.indexOf(this.anchor ?? id);
    const to = this.gallery.indexOf(id);
    const [first, last] = from < to ? [from, to] : [to, from];
    this.ids = new Set(this.gallery.pictures.slice(Math.max(first, 0), last + 1).map((picture) => picture.id));
    this.cursor = id;
  }

  /** Every picture: those that are known at once, the others when they have come, if nothing else is chosen by then. */
  async all(): Promise<void> {
    const known = (this.ids = idsOf(this.gallery));
    await this.gallery.all();
    if (this.ids === known) this.ids = idsOf(this.gallery);
  }

  /** These went to the trash, also by another hand: what is gone is not chosen. */
  drop(ids: readonly number[]): void {
    const gone = new Set(ids);
    if ([...this.ids].some((id) => gone.has(id))) this.ids = new Set([...this.ids].filter((id) => !gone.has(id)));
    if (this.cursor !== null && gone.has(this.cursor)) this.cursor = null;
  }

  clear(): void {
    this.ids = new Set();
    this.cursor = this.anchor = null;
  }

  /** Moves the cursor by a number of pictures; the first move lands on the newest. */
  move(by: number, extending: boolean): number | null {
    const pictures = this.gallery.pictures;
    const at = this.cursor === null ? -1 : this.gallery.indexOf(this.cursor);
    const to = at < 0 ? 0 : Math.min(pictures.length - 1, Math.max(0, at + by));
    const id = pictures[to]?.id;
    if (id === undefined) return null;
    if (extending) this.extend(id);
    else this.only(id);
    this.sought = id;
    return id;
  }
}

function idsOf({ pictures }: GalleryStore): ReadonlySet<number> {
  return new Set(pictures.map((picture) => picture.id));
}
