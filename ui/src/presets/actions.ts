import type { Model } from "../bridge/messages.gen";
import { given } from "../library/take";
import type { Page } from "../page.svelte";
import { wishOf, type Part } from "../tasks/draft.svelte";
import { texts } from "../texts";
import { LONGEST_NAME, presetOf, type Preset } from "./presets.svelte";

/** What the user does with presets; everything can be taken back. */
export class PresetActions {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Keeps the settings on the screen. */
  save(name: string, withPrompts: boolean): void {
    const preset = presetOf(clean(name), wishOf(this.page.draft.now), withPrompts);
    if (preset.name !== "") this.put(preset);
  }

  use(preset: Preset): void {
    this.page.library.use(preset.request, new Set(preset.parts));
  }

  rename(preset: Preset, name: string): void {
    const wished = clean(name);
    if (wished === "" || wished === preset.name) return;
    const undo = this.page.presets.rename(preset, wished);
    this.page.notices.undoable(texts.presets.renamed(wished), undo, () => this.rename(preset, wished));
  }

  remove(preset: Preset): void {
    const undo = this.page.presets.remove(preset);
    this.page.notices.undoable(texts.presets.removed(preset.name), undo, () => this.remove(preset));
  }

  private put(preset: Preset): void {
    const undo = this.page.presets.save(preset);
    this.page.notices.undoable(texts.presets.saved(preset.name), undo, () => this.put(preset));
  }
}

/** A name as it is kept: one line, not endless. */
export function clean(name: string): string {
  return [...name.replace(/\s+/g, " ").trim()].slice(0, LONGEST_NAME).join("");
}

const SUMMARY: readonly Part[] = ["model", "size", "sampling", "prompt"];

/** What a preset sets, in one line. */
export function summary({ request, parts }: Preset, models: readonly Model[]): string {
  const named = { ...request, model: models.find(({ id }) => id === request.model)?.name ?? request.model };
  const said = SUMMARY.filter((part) => parts.includes(part)).map((part) => given(named, part));
  return said.filter(Boolean).join(" · ") || texts.presets.automatic;
}
