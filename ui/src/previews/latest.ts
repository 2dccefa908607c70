/** Shows the newest of many: one is loading at a time, those that come meanwhile replace each other. */

export interface Wanted {
  readonly url: string;
  readonly name: string;
}

export class Latest<T> {
  private loading = false;
  private stopped = false;
  private next: Wanted | undefined;
  private readonly load: (url: string) => Promise<T>;
  private readonly show: (loaded: T, name: string) => void;

  constructor(load: (url: string) => Promise<T>, show: (loaded: T, name: string) => void) {
    this.load = load;
    this.show = show;
  }

  want(wanted: Wanted): void {
    this.next = wanted;
    if (!this.loading) void this.run();
  }

  stop(): void {
    this.stopped = true;
    this.next = undefined;
  }

  private async run(): Promise<void> {
    this.loading = true;
    while (this.next) {
      const { url, name } = this.next;
      this.next = undefined;
      try {
        const loaded = await this.load(url);
        if (!this.stopped) this.show(loaded, name);
      } catch {
        // The mailbox keeps only the newest preview: one that is gone was replaced, and its successor follows.
      }
    }
    this.loading = false;
  }
}

/** The picture at `url`, ready to be painted without a pause. Rejects when there is none. */
export async function loadImage(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}
