import type { Job, Picture, TextToImage, Plan } from "../bridge/messages.gen";
import type { Found } from "../dialogs.svelte";
import type { Page } from "../page.svelte";
import { PARTS, type Part } from "../tasks/draft.svelte";
import { texts } from "../texts";
import { mayBeSettings } from "./take";

const ALL: ReadonlySet<Part> = new Set(PARTS);

/** What the user does with finished and foreign pictures. */
export class Library {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(id: number): Promise<void> {
    await this.page.attempt(() => this.page.viewer.show(id));
  }

  /** Two selected pictures side by side in the big view, the later one on the right. */
  async compareSelected(): Promise<void> {
    const ids = [...this.page.selection.ids].sort((a, b) => b - a);
    const [later] = ids;
    if (later === undefined || ids.length !== 2) return;
    await this.page.attempt(() => this.page.viewer.show(later));
    this.page.viewer.compare(ids);
  }

  /** Closes the big view. Where it went to another picture, the gallery and the stage go along. */
  close(): void {
    const { viewer } = this.page;
    const { id, strayed } = viewer;
    viewer.close();
    if (id !== null && strayed) this.goTo([id]);
  }

  /** One picture alone, in the gallery and on the stage. */
  choose(id: number): void {
    this.page.selection.only(id);
    this.page.stage.choose(id);
  }

  /** These pictures are chosen, and the newest of them is in sight. */
  private goTo(ids: readonly number[]): void {
    const { selection, stage } = this.page;
    selection.these(ids);
    if (selection.cursor !== null) stage.choose(selection.cursor);
  }

  /** The stage shows what is forming again; a tile that stayed marked would be what Delete means. */
  follow(): void {
    this.page.selection.clear();
    this.page.stage.follow();
    this.page.viewer.settle();
  }

  async trash(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const { viewer, client, notices, gallery, selection, stage } = this.page;
    const gone = new Set(ids);
    const at = selection.cursor;
    const heir = at !== null && gone.has(at) ? gallery.heir(at, gone) : undefined;
    const shown = viewer.open && viewer.id !== null && gone.has(viewer.id) ? viewer.id : null;
    await this.page.attempt(() => viewer.leave(gone));
    if (!(await this.page.attempt(() => client.request({ type: "trashPictures", pictures: ids })))) return;
    if (heir) this.goTo([heir.id]);
    else selection.clear();
    if (stage.chosen !== null && gone.has(stage.chosen)) stage.follow();
    notices.undoable(
      texts.gallery.trashed(ids.length),
      () => void this.restore(ids, shown),
      () => this.trash(ids),
    );
  }

  /** Takes over parts of a picture's settings, with the way back. */
  use(given: TextToImage | Plan, parts: ReadonlySet<Part> = ALL): void {
    const undo = this.page.draft.use(given, parts);
    this.page.notices.undoable(saidOf(parts), undo, () => this.use(given, parts));
  }

  async useJob(job: Job): Promise<void> {
    await this.page.attempt(async () => this.use((await this.page.jobs.whole(job)).request));
  }

  async usePicture(id: number, parts: ReadonlySet<Part> = ALL): Promise<void> {
    await this.page.attempt(async () => {
      const { plan } = await this.page.client.request({ type: "getPicture", picture: id });
      this.use(plan, parts);
    });
  }

  async saveAs(picture: Picture): Promise<void> {
    await this.page.attempt(async () => {
      const path = await this.page.client.host.saveAs(fileName(picture.file));
      if (path === null) return;
      await this.page.client.request({ type: "exportPicture", picture: picture.id, path });
      this.page.notices.info(texts.viewer.saved);
    });
  }

  async copyPicture(id: number): Promise<void> {
    await this.copied(() => this.page.client.host.copyPicture(id));
  }

  async copyText(text: string): Promise<void> {
    await this.copied(() => this.page.client.host.copyText(text));
  }

  async showInFolder(id: number): Promise<void> {
    await this.page.attempt(() => this.page.client.host.showPicture(id));
  }

  /** Reads the settings out of dropped or chosen files and lets the user choose; the first readable one counts. */
  async inspect(paths: readonly string[]): Promise<void> {
    if (paths.length > 0) await this.page.attempt(() => this.inspectFirst(paths));
  }

  private async inspectFirst([path = "", ...others]: readonly string[]): Promise<void> {
    try {
      const settings = await this.page.client.request({ type: "inspectPicture", path });
      this.page.viewer.close();
      this.page.dialogs.take({ name: fileName(path), settings });
    } catch (reason) {
      if (others.length === 0) throw reason;
      await this.inspectFirst(others);
    }
  }

  /**
   * Text was pasted into a prompt. When it turns out to be settings, the user chooses what to take over, and `unpaste`
   * puts the prompt back as it was; in every other case the text stays where it was pasted.
   */
  async inspectPasted(text: string, unpaste: () => void): Promise<void> {
    if (!mayBeSettings(text)) return;
    try {
      const settings = await this.page.client.request({ type: "inspectText", text });
      this.page.dialogs.take({ name: texts.take.pasted, settings, unpaste });
    } catch {
      // Then it was a prompt after all.
    }
  }

  /** Takes over what was chosen of settings found in a file or in pasted text. */
  takeFound({ settings, unpaste }: Found, parts: ReadonlySet<Part>): void {
    unpaste?.();
    this.use(settings.request, parts);
  }

  async openFile(): Promise<void> {
    await this.page.attempt(async () => {
      const path = await this.page.client.host.pickPicture();
      if (path !== null) await this.inspect([path]);
    });
  }

  /** `shown` is what the big view showed; while it is open it goes back there. */
  private async restore(ids: readonly number[], shown: number | null): Promise<void> {
    const { client, viewer } = this.page;
    const back = await this.page.attempt(() => client.request({ type: "restorePictures", pictures: ids }));
    if (back) this.goTo(ids);
    if (back && shown !== null && viewer.open) await this.open(shown);
  }

  private async copied(copy: () => Promise<void>): Promise<void> {
    if (await this.page.attempt(copy)) this.page.notices.info(texts.viewer.copied);
  }
}

/** What was taken over, by name unless it was everything. */
function saidOf(parts: ReadonlySet<Part>): string {
  const taken = PARTS.filter((part) => parts.has(part));
  return taken.length === PARTS.length
    ? texts.viewer.used
    : texts.viewer.usedParts(taken.map((part) => texts.take.parts[part]));
}

/** The last part of a path of either kind. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
