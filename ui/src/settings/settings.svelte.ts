import type { Client } from "../bridge/client";
import type { Settings, Snapshot } from "../bridge/messages.gen";
import { recall, remember, type Shelf } from "../bridge/shelf";

const THEME_KEY = "darkroom.theme";
const THEMES: readonly unknown[] = ["system", "light", "dark"];

/** What the user chose once. The engine keeps it; the theme is also remembered here, to paint the first frame right. */
export class SettingsStore {
  now = $state.raw<Settings>({
    theme: "system",
    previews: "fine",
    previewRate: 0,
    device: "auto",
    model: null,
    modelFolders: [],
  });
  private readonly client: Client;
  private readonly shelf: Shelf;

  constructor(client: Client, shelf: Shelf) {
    this.client = client;
    this.shelf = shelf;
    this.now = { ...this.now, theme: recall(shelf, THEME_KEY, isTheme, "system") };
  }

  applySnapshot(snapshot: Snapshot): void {
    this.apply(snapshot.settings);
  }

  apply(settings: Settings): void {
    this.now = settings;
    remember(this.shelf, THEME_KEY, settings.theme);
  }

  /** Shows the change at once and keeps it; a refusal puts the old value back and is thrown on. */
  async change(change: Partial<Settings>): Promise<void> {
    const before = this.now;
    this.apply({ ...before, ...change });
    try {
      await this.client.request({ type: "saveSettings", settings: this.now });
    } catch (reason) {
      this.apply(before);
      throw reason;
    }
  }
}

function isTheme(value: unknown): value is Settings["theme"] {
  return THEMES.includes(value);
}
