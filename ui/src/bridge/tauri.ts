/** The desktop shell as host. Nothing outside this folder imports @tauri-apps. */

import { convertFileSrc, invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Host } from "./host";
import { shelfOf } from "./shelf";

interface Dropped {
  readonly paths: readonly string[];
}

export { isTauri };

/** A web view keeps what it got under an address, and an id means another picture in another home: see `startOver`. */
const load = Date.now().toString(36);

export const tauriHost: Host = {
  engine: (command) => invoke<string>("engine", { command }),
  onEvent: (listener) => listen<string>("engine", ({ payload }) => listener(payload)),
  async onFiles(listener) {
    const handed = await listen<string>("files", ({ payload }) => listener(JSON.parse(payload) as string[]));
    const dropped = await listen<Dropped>("tauri://drag-drop", ({ payload }) => listener(payload.paths));
    return () => [handed, dropped].forEach((stop) => stop());
  },
  async onHover(listener) {
    const starts = await listen<Dropped>("tauri://drag-enter", ({ payload }) => listener(payload.paths.length > 0));
    const leaves = await listen("tauri://drag-leave", () => listener(false));
    const drops = await listen("tauri://drag-drop", () => listener(false));
    return () => [starts, leaves, drops].forEach((stop) => stop());
  },
  previewUrl: (key) => convertFileSrc(key, "preview"),
  pictureUrl: (id, thumb) =>
    convertFileSrc(`${id}-${load}`, "picture") + (thumb === undefined ? "" : `?thumb=${thumb}`),
  pickFolder: () => invoke<string | null>("pick_folder"),
  pickPicture: () => invoke<string | null>("pick_picture"),
  saveAs: (name) => invoke<string | null>("save_as", { name }),
  showPicture: (picture) => invoke("show_picture", { picture }),
  showHome: () => invoke("show_home"),
  copyPicture: (picture) => invoke("copy_picture", { picture }),
  copyText: (text) => invoke("copy_text", { text }),
  engineLog: () => invoke<string>("engine_log"),
  restartEngine: () => invoke("restart_engine"),
  setHome: (path) => invoke("set_home", { path }),
  showProgress: (percent) => invoke("show_progress", { percent }),
  zoom: (change) => invoke<number>("zoom", { change }),
  fullScreen: (on) => invoke("full_screen", { on }),
  closeWindow: () => invoke("close_window"),
  async shelf() {
    const kept = await invoke<Readonly<Record<string, string>> | null>("kept");
    if (!kept) return localStorage;
    const keep = (name: string, text: string): Promise<unknown> => invoke("keep", { name, text });
    // Until there was a shelf, the web view's own storage was it.
    return shelfOf(kept, keep, { ...localStorage });
  },
  startOver: () => location.reload(),
};
