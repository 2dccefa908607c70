import type { Client } from "../bridge/client";
import type { PictureDetails } from "../bridge/messages.gen";
import type { GalleryStore } from "./gallery.svelte";

/** The picture on the stage or in the big view, with everything known about it. */
export class ViewerStore {
  /** The big view is open. */
  open = $state(false);
  info = $state(true);
  /** Shown pixel by pixel instead of as large as fits. */
  actual = $state(false);
  id = $state<number | null>(null);
  details = $state.raw<PictureDetails | null>(null);
  private previous: number | null = null;
  private readonly client: Client;
  private readonly gallery: GalleryStore;

  constructor(client: Client, gallery: GalleryStore) {
    this.client = client;
    this.gallery = gallery;
  }

  /** Shows a picture; its settings follow when they have been read. */
  async show(id: number): Promise<void> {
    if (this.id !== id) this.previous = this.id;
    this.id = id;
    this.open = true;
    this.details = null;
    const details = await this.client.request({ type: "getPicture", picture: id });
    if (this.id === id) this.details = details;
  }

  close(): void {
    this.open = false;
  }

  /** Newer (-1) or older (1); stays where the gallery ends. */
  async walk(by: 1 | -1): Promise<void> {
    if (this.id === null) return;
    const at = this.gallery.indexOf(this.id);
    const next = at < 0 ? undefined : this.gallery.pictures[at + by];
    if (next) await this.show(next.id);
    if (by === 1 && at >= this.gallery.pictures.length - 10) await this.gallery.more();
  }

  async compare(): Promise<void> {
    if (this.previous !== null && this.gallery.find(this.previous)) await this.show(this.previous);
  }

  /** The picture went to the trash: its neighbour takes the place. */
  async leave(ids: ReadonlySet<number>): Promise<void> {
    if (this.id === null || !ids.has(this.id)) return;
    const at = this.gallery.indexOf(this.id);
    const rest = this.gallery.pictures.filter((picture) => !ids.has(picture.id));
    const next = rest[Math.min(Math.max(at, 0), rest.length - 1)];
    if (next && this.open) await this.show(next.id);
    else this.close();
  }
}
