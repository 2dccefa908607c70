import type { TextToImage } from "../bridge/messages.gen";
import { recall, remember, type Shelf } from "../bridge/shelf";
import { wish } from "../bridge/wish";
import { isDraft, PARTS, type Part } from "../tasks/draft.svelte";

/** Settings kept under a name. Only `parts` of the request are meant; the rest is empty. */
export interface Preset {
  readonly name: string;
  readonly request: TextToImage;
  readonly parts: readonly Part[];
}

/** A preset is for many prompts and many seeds; the prompts can be kept too. */
export const SETTINGS_PARTS: readonly Part[] = ["model", "size", "sampling"];
export const PROMPT_PARTS: readonly Part[] = ["prompt", "negative"];

const KEY = "darkroom.presets";
export const LONGEST_NAME = 80;

/** The user's presets in the order of their names; they survive a restart. */
export class PresetStore {
  list = $state.raw<readonly Preset[]>([]);
  private readonly shelf: Shelf;

  constructor(shelf: Shelf) {
    this.shelf = shelf;
    this.list = recall(shelf, KEY, Array.isArray, []).filter(isPreset).map(complete).sort(byName);
  }

  find(name: string): Preset | undefined {
    return this.list.find((preset) => preset.name === name);
  }

  /** Keeps a preset; one of the same name gives way. Answers how to take that back. */
  save(preset: Preset): () => void {
    return this.change([...this.list.filter((other) => other.name !== preset.name), preset]);
  }

  /** Gives another name; one that had it gives way. */
  rename(preset: Preset, name: string): () => void {
    const others = this.list.filter((other) => other !== preset && other.name !== name);
    return this.change([...others, { ...preset, name }]);
  }

  remove(preset: Preset): () => void {
    return this.change(this.list.filter((other) => other !== preset));
  }

  private change(next: readonly Preset[]): () => void {
    const before = this.list;
    this.put(next);
    return () => this.put(before);
  }

  private put(list: readonly Preset[]): void {
    this.list = [...list].sort(byName);
    remember(this.shelf, KEY, this.list);
  }
}

/** A preset of the settings as they are. */
export function presetOf(name: string, request: TextToImage, withPrompts: boolean): Preset {
  const parts = withPrompts ? [...SETTINGS_PARTS, ...PROMPT_PARTS] : SETTINGS_PARTS;
  const prompts = withPrompts ? {} : { prompt: "", negative: "" };
  return { name, parts, request: { ...request, ...prompts, seed: null, count: 1 } };
}

function byName(a: Preset, b: Preset): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true });
}

function isPreset(value: unknown): value is Preset {
  if (typeof value !== "object" || value === null) return false;
  const { name, request, parts } = value as Partial<Record<keyof Preset, unknown>>;
  const known = Array.isArray(parts) && parts.every((part) => PARTS.includes(part as Part));
  return typeof name === "string" && name !== "" && known && isDraft(request);
}

/** What an older version did not know stays open. */
function complete(preset: Preset): Preset {
  return { ...preset, request: wish("", preset.request) };
}
