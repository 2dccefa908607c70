import { LARGEST_SEED, seedAfter, seedOf, type Seed } from "../bridge/exact";
import type { Model, Plan, Sampler, Schedule, TextToImage } from "../bridge/messages.gen";
import { recall, remember, type Shelf } from "../bridge/shelf";
import { wish } from "../bridge/wish";
import type { Size } from "../sampling/sizes";
import { texts } from "../texts";

/** What the controls hold. `null` means "what suits the model". The seed is shown and kept even when not locked. */
export interface Draft {
  prompt: string;
  negative: string;
  model: string | null;
  width: number | null;
  height: number | null;
  steps: number | null;
  guidance: number | null;
  sampler: Sampler | null;
  schedule: Schedule | null;
  clipSkip: number | null;
  seed: Seed | null;
  seedLocked: boolean;
  /** A locked seed moves on by the number of pictures each time. */
  seedCounts: boolean;
  count: number;
}

export type Part = "prompt" | "negative" | "size" | "seed" | "sampling" | "model";
export const PARTS: readonly Part[] = ["prompt", "negative", "size", "sampling", "seed", "model"];

const KEY = "darkroom.draft";
const HISTORY_KEY = "darkroom.prompts";
const HISTORY = 100;

export function emptyDraft(): Draft {
  return {
    ...wish(texts.prompt.first),
    seedLocked: false,
    seedCounts: false,
  };
}

/** 32 bits: every tool in the field reads and writes them. */
export function rollSeed(random: () => number = Math.random): number {
  return Math.floor(random() * 2 ** 32);
}

/** The settings being composed. They survive a restart, and every prompt that was sent can be called back. */
export class DraftStore {
  readonly now: Draft;
  history: string[];
  private walked = -1;
  private unsent = "";
  private readonly shelf: Shelf;
  private readonly random: () => number;

  constructor(shelf: Shelf, random: () => number = Math.random) {
    this.shelf = shelf;
    this.random = random;
    this.now = $state({ ...emptyDraft(), ...recall(shelf, KEY, isDraft, {}) });
    this.history = recall(shelf, HISTORY_KEY, isTexts, []);
  }

  save(): void {
    remember(this.shelf, KEY, $state.snapshot(this.now));
  }

  /** The wish as it goes to the engine; an unlocked seed is rolled first, and shown. */
  take(): TextToImage {
    if (!this.now.seedLocked || this.now.seed === null) this.now.seed = rollSeed(this.random);
    this.notePrompt(this.now.prompt);
    const request = wishOf($state.snapshot(this.now));
    if (this.now.seedCounts) this.now.seed = seedAfter(this.now.seed, this.now.count);
    return request;
  }

  roll(): void {
    this.now.seed = rollSeed(this.random);
  }

  /** Typing a seed locks it; clearing the field, or -1, means a new one each time. */
  typeSeed(text: string): void {
    this.now.seed = typedSeed(text);
    this.lockSeed(this.now.seed !== null, undefined);
  }

  toggleSeedLock(last: Seed | undefined): void {
    this.lockSeed(!this.now.seedLocked, last);
  }

  /** Counting up is a way of keeping a seed, so it locks. */
  toggleSeedCount(last: Seed | undefined): void {
    const counts = !this.now.seedCounts;
    this.lockSeed(counts || this.now.seedLocked, last);
    this.now.seedCounts = counts;
  }

  /** Takes over parts of a finished or foreign picture; answers how to take that back. */
  use(given: TextToImage | Plan, parts: ReadonlySet<Part>): () => void {
    const before = $state.snapshot(this.now);
    for (const part of PARTS) if (parts.has(part)) Object.assign(this.now, take[part](given));
    return () => Object.assign(this.now, before);
  }

  /** Alt+Up and Alt+Down: the older or newer prompt for the field, ending at the one not yet sent. */
  walkHistory(by: 1 | -1): string {
    const to = this.walked + by;
    if (to < -1 || to >= this.history.length) return this.now.prompt;
    if (this.walked === -1) this.unsent = this.now.prompt;
    this.walked = to;
    return to === -1 ? this.unsent : (this.history[to] ?? "");
  }

  private lockSeed(locked: boolean, last: Seed | undefined): void {
    if (locked) this.now.seed ??= last ?? rollSeed(this.random);
    this.now.seedLocked = locked;
    this.now.seedCounts &&= locked;
  }

  private notePrompt(prompt: string): void {
    this.walked = -1;
    if (prompt.trim() === "") return;
    this.history = [prompt, ...this.history.filter((old) => old !== prompt)].slice(0, HISTORY);
    remember(this.shelf, HISTORY_KEY, this.history);
  }
}

/** The part of a draft that the engine is told. */
export function wishOf({ seedLocked: _locked, seedCounts: _counts, seed, ...request }: Draft): TextToImage {
  // The bridge writes large seeds digit by digit; the message types know only numbers.
  return { ...request, seed: seed as number };
}

function typedSeed(text: string): Seed | null {
  const digits = /^\s*(\d{1,20})\s*$/.exec(text)?.[1];
  if (digits === undefined) return null;
  return BigInt(digits) <= LARGEST_SEED ? seedOf(digits) : LARGEST_SEED;
}

type Given = TextToImage | Plan;

const take: Record<Part, (given: Given) => Partial<Draft>> = {
  prompt: (given) => ({ prompt: given.prompt }),
  negative: (given) => ({ negative: given.negative }),
  size: (given) => ({ width: given.width, height: given.height }),
  seed: (given) => ({ seed: given.seed, seedLocked: given.seed !== null, seedCounts: false }),
  model: (given) => ({ model: given.model }),
  sampling: (given) => ({
    steps: given.steps,
    guidance: given.guidance,
    sampler: given.sampler,
    schedule: given.schedule,
    clipSkip: given.clipSkip,
  }),
};

/** The size a picture will have: what was typed, else the model's own. */
export function sizeOf(wish: Pick<Draft, "width" | "height">, model: Model | undefined): Size {
  return { width: wish.width ?? model?.width ?? 512, height: wish.height ?? model?.height ?? 512 };
}

export function isDraft(value: unknown): value is Partial<Draft> {
  if (typeof value !== "object" || value === null) return false;
  const blank = emptyDraft();
  return Object.entries(value).every(([key, item]) => key in blank && fits(item, blank[key as keyof Draft]));
}

/** Fields that are null when empty hold a number or a name. */
function fits(item: unknown, blank: unknown): boolean {
  if (blank === null) return item === null || ["number", "bigint", "string"].includes(typeof item);
  return typeof item === typeof blank;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
