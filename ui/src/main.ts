import { mount } from "svelte";
import App from "./App.svelte";
import { Client } from "./bridge/client";
import type { Host } from "./bridge/host";
import { isTauri, tauriHost } from "./bridge/tauri";
import "./design/tokens.css";
import "./design/base.css";
import "./design/dialog.css";
import { Page } from "./page.svelte";
import { texts } from "./texts";

async function host(): Promise<Host> {
  if (isTauri()) return tauriHost;
  const { replayHost } = await import("./bridge/replay/host");
  return replayHost(location.search);
}

document.documentElement.lang = texts.language;
const target = document.getElementById("app");
if (target) {
  const world = await host();
  const shelf = await world.shelf();
  const page = new Page(new Client(world), shelf);
  mount(App, { target, props: { page, shelf } });
  await page.start();
  requestAnimationFrame(() => (document.documentElement.dataset["ready"] = "true"));
}
