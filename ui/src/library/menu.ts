/** What can be done with a finished picture, as rows of its menu. */

import Copy from "@lucide/svelte/icons/copy";
import Dices from "@lucide/svelte/icons/dices";
import Download from "@lucide/svelte/icons/download";
import Expand from "@lucide/svelte/icons/expand";
import FolderOpen from "@lucide/svelte/icons/folder-open";
import ImageIcon from "@lucide/svelte/icons/image";
import PenLine from "@lucide/svelte/icons/pen-line";
import Trash2 from "@lucide/svelte/icons/trash-2";
import WandSparkles from "@lucide/svelte/icons/wand-sparkles";
import type { MenuRow } from "../design/menu";
import { hint } from "../keys/bindings";
import type { Page } from "../page.svelte";
import type { Part } from "../tasks/draft.svelte";
import { texts } from "../texts";

const PROMPTS: ReadonlySet<Part> = new Set(["prompt", "negative"]);
const SEED: ReadonlySet<Part> = new Set(["seed"]);

/** The rows for picture `id`; what goes to the trash is `chosen`, of which it is one. */
export function pictureRows(page: Page, id: number, chosen: readonly number[]): readonly MenuRow[] {
  const { library, gallery, viewer } = page;
  const picture = gallery.find(id) ?? viewer.details?.picture;
  const open = { label: texts.gallery.open, keys: hint("openPicture"), icon: Expand, run: () => library.open(id) };
  const copy = () => library.copyPicture(id);
  const trash = chosen.length > 1 ? texts.gallery.trashMany(chosen.length) : texts.gallery.trash;
  return [
    ...(viewer.open ? [] : [open]),
    { label: texts.viewer.use, icon: WandSparkles, run: () => library.usePicture(id), apart: !viewer.open },
    { label: texts.viewer.usePrompt, icon: PenLine, run: () => library.usePicture(id, PROMPTS) },
    { label: texts.viewer.useSeed, icon: Dices, run: () => library.usePicture(id, SEED) },
    { label: texts.viewer.copyPicture, keys: hint("copyPicture"), icon: ImageIcon, run: copy, apart: true },
    { label: texts.viewer.copySettings, icon: Copy, run: () => copySettings(page, id) },
    { label: texts.viewer.save, icon: Download, run: () => picture && library.saveAs(picture) },
    { label: texts.gallery.folder, icon: FolderOpen, run: () => library.showInFolder(id) },
    { label: trash, keys: hint("trash"), icon: Trash2, run: () => library.trash(chosen), apart: true },
  ];
}

async function copySettings(page: Page, id: number): Promise<void> {
  await page.attempt(async () => {
    const { infotext } = await page.client.request({ type: "getPicture", picture: id });
    await page.library.copyText(infotext);
  });
}
