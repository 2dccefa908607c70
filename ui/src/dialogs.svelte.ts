import type { PictureSettings } from "./bridge/messages.gen";

export type DialogName = "settings" | "models" | "presets" | "shortcuts" | "log" | "take";

/** Settings read out of a file or out of pasted text, waiting for the user to choose what to take over. */
export interface Found {
  readonly name: string;
  readonly settings: PictureSettings;
  /** For pasted text: puts the prompt back as it was before. */
  readonly unpaste?: () => void;
}

/** Which dialog is open: one at a time. */
export class Dialogs {
  open = $state<DialogName | null>(null);
  found = $state.raw<Found | null>(null);

  show(name: DialogName): void {
    this.open = name;
  }

  take(found: Found): void {
    this.found = found;
    this.open = "take";
  }

  close(): void {
    this.open = null;
  }
}
