/** Every key the page knows, as rows; what a row does stands where its scope is handled. */

import { texts } from "../texts";

export type Group = keyof typeof texts.shortcuts.groups;
export type ActionId = keyof typeof texts.shortcuts.names;

/**
 * `always` works whatever is open; `anywhere` while typing too, but not over a dialog; `page` only when nothing is being
 * typed and no dialog is open.
 */
export type Scope = "always" | "anywhere" | "page" | "prompt" | "viewer" | "list";

export interface Binding {
  readonly action: ActionId;
  readonly keys: readonly string[];
  readonly scope: Scope;
  readonly group: Group;
  /** Holding the keys goes on; of everything else one press means one time. */
  readonly repeats?: true;
}

export const BINDINGS: readonly Binding[] = [
  { action: "generate", keys: ["Mod+Enter"], scope: "anywhere", group: "make" },
  { action: "generateFront", keys: ["Mod+Shift+Enter"], scope: "anywhere", group: "make" },
  { action: "cancel", keys: ["Escape", "Mod+Alt+Enter"], scope: "anywhere", group: "make" },
  { action: "skip", keys: ["Alt+Enter"], scope: "anywhere", group: "make" },
  { action: "pause", keys: ["P"], scope: "page", group: "make" },
  { action: "clearQueue", keys: ["Mod+Shift+X"], scope: "anywhere", group: "make" },
  { action: "repeat", keys: ["R"], scope: "page", group: "make" },
  { action: "presets", keys: ["Mod+S"], scope: "anywhere", group: "make" },
  { action: "moveJob", keys: ["Alt+ArrowUp", "Alt+ArrowDown"], scope: "list", group: "make", repeats: true },
  { action: "heavier", keys: ["Mod+ArrowUp"], scope: "prompt", group: "prompt", repeats: true },
  { action: "lighter", keys: ["Mod+ArrowDown"], scope: "prompt", group: "prompt", repeats: true },
  { action: "tagLeft", keys: ["Alt+ArrowLeft"], scope: "prompt", group: "prompt", repeats: true },
  { action: "tagRight", keys: ["Alt+ArrowRight"], scope: "prompt", group: "prompt", repeats: true },
  { action: "older", keys: ["Alt+ArrowUp"], scope: "prompt", group: "prompt", repeats: true },
  { action: "newer", keys: ["Alt+ArrowDown"], scope: "prompt", group: "prompt", repeats: true },
  { action: "focusPrompt", keys: ["Mod+L", "Alt+A"], scope: "anywhere", group: "move" },
  { action: "views", keys: ["1", "2", "3", "4"], scope: "page", group: "move" },
  { action: "viewsTyping", keys: ["Alt+1", "Alt+2", "Alt+3", "Alt+4"], scope: "anywhere", group: "move" },
  { action: "panels", keys: ["F"], scope: "page", group: "move" },
  { action: "settings", keys: ["Mod+,"], scope: "anywhere", group: "move" },
  { action: "log", keys: ["Mod+`"], scope: "anywhere", group: "move" },
  { action: "open", keys: ["Mod+O"], scope: "anywhere", group: "move" },
  { action: "saveAs", keys: ["Mod+Shift+S"], scope: "anywhere", group: "move" },
  { action: "undo", keys: ["Mod+Z"], scope: "page", group: "move" },
  { action: "redo", keys: ["Mod+Shift+Z", "Mod+Y"], scope: "page", group: "move" },
  { action: "openPicture", keys: ["Enter"], scope: "list", group: "move" },
  { action: "selectAll", keys: ["Mod+A"], scope: "list", group: "move" },
  { action: "copyPicture", keys: ["Mod+C"], scope: "list", group: "move" },
  { action: "trash", keys: ["Delete"], scope: "list", group: "move" },
  { action: "menu", keys: ["Shift+F10", "ContextMenu"], scope: "list", group: "move" },
  { action: "shortcuts", keys: ["?"], scope: "page", group: "move" },
  { action: "walk", keys: ["ArrowLeft", "ArrowRight", "Home", "End"], scope: "viewer", group: "viewer", repeats: true },
  { action: "use", keys: ["A"], scope: "viewer", group: "viewer" },
  { action: "usePrompt", keys: ["P"], scope: "viewer", group: "viewer" },
  { action: "useSeed", keys: ["S"], scope: "viewer", group: "viewer" },
  { action: "useSize", keys: ["D"], scope: "viewer", group: "viewer" },
  { action: "remix", keys: ["R"], scope: "viewer", group: "viewer" },
  { action: "compare", keys: ["C"], scope: "viewer", group: "viewer" },
  { action: "info", keys: ["I"], scope: "viewer", group: "viewer" },
  { action: "zoom", keys: ["Z"], scope: "viewer", group: "viewer" },
  { action: "close", keys: ["Escape"], scope: "viewer", group: "viewer" },
  { action: "larger", keys: ["Mod++"], scope: "always", group: "window", repeats: true },
  { action: "smaller", keys: ["Mod+-"], scope: "always", group: "window", repeats: true },
  { action: "usualSize", keys: ["Mod+0"], scope: "always", group: "window" },
  { action: "fullScreen", keys: ["F11"], scope: "always", group: "window" },
  { action: "closeWindow", keys: ["Mod+W", "Mod+Q"], scope: "always", group: "window" },
];

export type KeyPress = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey" | "code"> &
  Partial<Pick<KeyboardEvent, "repeat">>;

/** The binding of `press` among those of `scopes`, the first scope first. */
export function bindingOf(press: KeyPress, scopes: readonly Scope[], mac = isMac()): Binding | undefined {
  for (const scope of scopes) {
    const found = BINDINGS.find((row) => row.scope === scope && row.keys.some((keys) => matches(press, keys, mac)));
    if (found) return found;
  }
  return undefined;
}

/** The action `press` asks for; none when the keys are only held and the action does not repeat. */
export function actionOf(press: KeyPress, scopes: readonly Scope[], mac = isMac()): ActionId | undefined {
  const found = bindingOf(press, scopes, mac);
  return found && (!press.repeat || found.repeats) ? found.action : undefined;
}

export function matches(press: KeyPress, keys: string, mac = isMac()): boolean {
  const parts = partsOf(keys);
  const key = parts.at(-1) ?? "";
  const mod = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  // A question mark is typed with Shift on most layouts, so Shift is not asked of signs.
  const shift = parts.includes("Shift") === press.shiftKey || !/^[a-z0-9]$|..+/i.test(key);
  return mod === parts.includes("Mod") && !other && press.altKey === parts.includes("Alt") && shift && same(press, key);
}

/** Where a plus takes Shift, its key is meant without it, too. */
const UNSHIFTED: Readonly<Record<string, string>> = { "+": "=" };

/**
 * Digits with Ctrl, and everything with Alt, also by the place on the keyboard: digits take Shift on some layouts and
 * Num Lock on the number pad, and Alt changes what a key types on some systems.
 */
function same(press: KeyPress, key: string): boolean {
  if (press.key.toLowerCase() === key.toLowerCase() || press.key === UNSHIFTED[key]) return true;
  const control = press.ctrlKey || press.metaKey;
  const places = [...(control ? ["Digit", "Numpad"] : []), ...(press.altKey ? ["Digit", "Key"] : [])];
  return places.some((place) => press.code === `${place}${key}`);
}

/** A plus at the end is the key itself. */
function partsOf(keys: string): readonly string[] {
  return keys.split(/\+(?!$)/);
}

export function isMac(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  Delete: "Del",
  ContextMenu: "Menu",
};

/** The keys as printed on the keyboard, one string per key cap. */
export function caps(keys: string, mac = isMac()): readonly string[] {
  return partsOf(keys).map((key) => (key === "Mod" ? (mac ? "⌘" : "Ctrl") : (SIGNS[key] ?? key)));
}

/** The first keys of an action, for hints on buttons. */
export function hint(action: ActionId): string {
  const keys = BINDINGS.find((row) => row.action === action)?.keys[0];
  return keys ? caps(keys).join("+") : "";
}
