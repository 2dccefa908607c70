import type { Picture, TextToImage } from "../bridge/messages.gen";
import type { GalleryStore } from "../library/gallery.svelte";
import type { QueueStore } from "../queue/queue.svelte";

export type Shown =
  | { readonly kind: "empty" }
  | { readonly kind: "forming"; readonly request: TextToImage; readonly key: string }
  | { readonly kind: "picture"; readonly picture: Picture };

/** What the large area shows: the picture that is forming, unless the user chose one of the gallery. */
export class StageStore {
  chosen = $state<number | null>(null);
  private readonly queue: QueueStore;
  private readonly gallery: GalleryStore;
  readonly shown: Shown = $derived.by(() => this.look());
  /** Something is forming while the stage shows something else. */
  readonly missingLive = $derived.by(() => this.chosen !== null && this.queue.running !== undefined);

  constructor(queue: QueueStore, gallery: GalleryStore) {
    this.queue = queue;
    this.gallery = gallery;
  }

  choose(id: number): void {
    this.chosen = id;
  }

  follow(): void {
    this.chosen = null;
  }

  private look(): Shown {
    const chosen = this.chosen === null ? undefined : this.gallery.find(this.chosen);
    if (chosen) return { kind: "picture", picture: chosen };
    const job = this.queue.running;
    const key = job && this.queue.progress.get(job.id)?.preview;
    // Until the first preview the last picture stays: an empty frame would flicker between jobs.
    if (job && key) return { kind: "forming", request: job.request, key };
    return this.gallery.newest ? { kind: "picture", picture: this.gallery.newest } : { kind: "empty" };
  }
}
