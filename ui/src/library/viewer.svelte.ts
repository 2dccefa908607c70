import type { Client } from "../bridge/client";
import type { Picture, PictureDetails } from "../bridge/messages.gen";
import type { GalleryStore } from "./gallery.svelte";
import { Zoom } from "./zoom.svelte";

/** The picture on the stage or in the big view, with everything known about it. */
export class ViewerStore {
  /** The big view is open. */
  open = $state(false);
  info = $state(true);
  readonly zoom = new Zoom();
  id = $state<number | null>(null);
  details = $state.raw<PictureDetails | null>(null);
  private previous: number | null = null;
  private first: number | null = null;
  private other = $state<number | null>(null);
  private readonly client: Client;
  private readonly gallery: GalleryStore;
  /** The picture that the one shown is compared with. */
  readonly rival = $derived.by(() => this.find(this.other));

  constructor(client: Client, gallery: GalleryStore) {
    this.client = client;
    this.gallery = gallery;
  }

  /** Whether another picture is shown than the one it was opened for. */
  get strayed(): boolean {
    return this.open && this.id !== this.first;
  }

  /** What is shown counts as what it was opened for. */
  settle(): void {
    this.first = this.id;
  }

  /** Shows a picture; its settings follow when they have been read. */
  async show(id: number): Promise<void> {
    if (!this.open) this.first = id;
    else if (this.id !== id) this.previous = this.id;
    this.id = id;
    this.open = true;
    this.details = null;
    const details = await this.client.request({ type: "getPicture", picture: id });
    if (this.id === id) this.details = details;
  }

  close(): void {
    this.open = false;
    this.previous = this.other = null;
  }

  /** Newer (below 0) or older by so many pictures; stays where the gallery ends. */
  async walk(by: number): Promise<void> {
    const { pictures } = this.gallery;
    const at = this.id === null ? -1 : this.gallery.indexOf(this.id);
    if (at < 0) return;
    const to = Math.min(pictures.length - 1, Math.max(0, at + by));
    const next = pictures[to];
    if (next && to !== at) await this.show(next.id);
    if (by > 0 && to >= pictures.length - 10) await this.gallery.more();
  }

  /** Side by side with the other of two `chosen` ones, else with the one seen before, else with a neighbour. */
  compare(chosen: readonly number[] = []): void {
    const at = this.id === null ? -1 : this.gallery.indexOf(this.id);
    const pair = this.id !== null && chosen.length === 2 && chosen.includes(this.id) ? chosen : [];
    const near = [this.gallery.pictures[at + 1], this.gallery.pictures[at - 1]].map((picture) => picture?.id ?? null);
    this.other = [...pair, this.previous, ...near].find((id) => this.find(id) !== undefined) ?? null;
  }

  /** The picture alone again. */
  apart(): void {
    this.other = null;
  }

  /** The picture went to the trash: its neighbour takes the place. */
  async leave(ids: ReadonlySet<number>): Promise<void> {
    if (this.id === null || !ids.has(this.id)) return;
    const next = this.gallery.heir(this.id, ids);
    if (next && this.open) await this.show(next.id);
    else this.close();
  }

  /** A picture of the gallery that is not the one shown. */
  private find(id: number | null): Picture | undefined {
    return id === null || id === this.id ? undefined : this.gallery.find(id);
  }
}
