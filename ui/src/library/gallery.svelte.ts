import type { Client } from "../bridge/client";
import type { Picture, PicturePage, PicturesChanged, PictureSaved, Snapshot } from "../bridge/messages.gen";

export const PAGE = 100;
/** For who wants them all: the largest page that the engine gives, and how many pictures a choice may have. */
const LARGE_PAGE = 1000;
export const MOST = 20_000;

/** The finished pictures, newest first, as far as they have been scrolled to. */
export class GalleryStore {
  pictures = $state.raw<readonly Picture[]>([]);
  total = $state(0);
  private counted = $state(false);
  readonly complete = $derived(this.counted && this.pictures.length >= this.total);
  readonly newest = $derived(this.pictures[0]);
  /** The page that was asked for. */
  private coming: Promise<void> | null = null;
  private readonly client: Client;
  /** Rows that went to the trash while the page was open: an undo puts them back without a question. */
  private readonly trash = new Map<number, Picture>();

  constructor(client: Client) {
    this.client = client;
  }

  applySnapshot(snapshot: Snapshot): void {
    this.pictures = sorted(snapshot.pictures.filter((picture) => !picture.trashed));
    this.total = Math.max(this.total, this.pictures.length);
    this.counted = false;
  }

  apply(event: PictureSaved | PicturesChanged): void {
    switch (event.type) {
      case "pictureSaved":
        return this.add([event.picture]);
      case "picturesChanged":
        return event.trashed ? this.remove(event.pictures) : this.restore(event.pictures);
      default:
        event satisfies never;
    }
  }

  find(id: number): Picture | undefined {
    return this.pictures[this.indexOf(id)];
  }

  indexOf(id: number): number {
    return this.pictures.findIndex((picture) => picture.id === id);
  }

  /** The picture that comes into the place of `id` when `gone` leave: the next older one, at the end the next newer. */
  heir(id: number, gone: ReadonlySet<number>): Picture | undefined {
    const at = this.indexOf(id);
    const stays = (picture: Picture): boolean => !gone.has(picture.id);
    return this.pictures.slice(at + 1).find(stays) ?? this.pictures.slice(0, Math.max(at, 0)).findLast(stays);
  }

  /** The first page with the true total; what has come since the snapshot stays. */
  async refresh(): Promise<void> {
    this.take(await this.client.request({ type: "listPictures", limit: PAGE }));
  }

  /** The next page below the oldest picture known; of two that ask at once, both get the first one's. */
  more(limit = PAGE): Promise<void> {
    if (this.complete) return Promise.resolve();
    this.coming ??= this.next(limit).finally(() => (this.coming = null));
    return this.coming;
  }

  /** Every picture, or the newest of very many. */
  async all(): Promise<void> {
    let known = -1;
    while (!this.complete && known < this.pictures.length && this.pictures.length < MOST) {
      known = this.pictures.length;
      await this.more(Math.min(LARGE_PAGE, MOST - known));
    }
  }

  private async next(limit: number): Promise<void> {
    const before = this.pictures.at(-1)?.id ?? null;
    const page = await this.client.request({ type: "listPictures", before, limit });
    this.take(page);
    if (page.pictures.length === 0) this.total = this.pictures.length;
  }

  private take(page: PicturePage): void {
    this.merge(page.pictures);
    this.total = page.total;
    this.counted = true;
  }

  private add(pictures: readonly Picture[]): void {
    this.total += this.merge(pictures);
  }

  /** Adds rows not yet known; answers how many were new. */
  private merge(pictures: readonly Picture[]): number {
    const known = new Set(this.pictures.map((picture) => picture.id));
    const news = pictures.filter((picture) => !known.has(picture.id) && !this.trash.has(picture.id));
    if (news.length > 0) this.pictures = sorted([...this.pictures, ...news]);
    return news.length;
  }

  private remove(ids: readonly number[]): void {
    const gone = new Set(ids);
    const leaving = this.pictures.filter((picture) => gone.has(picture.id));
    leaving.forEach((picture) => this.trash.set(picture.id, picture));
    if (leaving.length > 0) this.pictures = this.pictures.filter((picture) => !gone.has(picture.id));
    this.total = Math.max(0, this.total - ids.length);
  }

  private restore(ids: readonly number[]): void {
    const back = ids.map((id) => this.trash.get(id)).filter((picture) => picture !== undefined);
    ids.forEach((id) => this.trash.delete(id));
    if (back.length === ids.length) return this.add(back);
    // An engine that cannot list now says so itself; the next snapshot brings what is missing.
    this.refresh().catch(() => undefined);
  }
}

function sorted(pictures: readonly Picture[]): readonly Picture[] {
  return [...pictures].sort((a, b) => b.id - a.id);
}
