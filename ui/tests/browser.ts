/** One Chromium per test file; every page is watched for errors, refused content and foreign addresses. */

import { existsSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const WIDE: Size = { width: 1440, height: 900 };

export interface Wish {
  readonly theme?: "light" | "dark";
  readonly size?: Size;
}

let context: BrowserContext;
let profile: string;
const complaints: string[] = [];

function executable(): string {
  const found = process.env["CHROMIUM"] ?? PLACES.find((place) => existsSync(place));
  if (!found) throw new Error("Chromium is missing; install it or name it in CHROMIUM.");
  return found;
}

beforeAll(async () => {
  profile = mkdtempSync(join(tmpdir(), "darkroom-page-"));
  context = await chromium.launchPersistentContext(profile, { executablePath: executable(), args: FLAGS });
  context.setDefaultTimeout(60_000);
  // The shell freezes prototypes before any script of the page runs.
  await context.addInitScript(() => Object.freeze(Object.prototype));
});

afterAll(async () => {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
});

afterEach(async () => {
  // A draft survives a restart, so it would survive into the next test.
  await Promise.all(
    context.pages().map((page) => page.evaluate(() => location.href.startsWith("http") && localStorage.clear())),
  );
  await Promise.all(context.pages().map((page) => page.close()));
  expect(complaints.splice(0)).toEqual([]);
});

/** Opens the page on the replay with the given address parameters and waits until it can be used. */
export async function open(search: string, { theme = "dark", size = WIDE }: Wish = {}): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("console", (line) => {
    if (line.type() === "error" || line.type() === "warning") complaints.push(`${line.type()}: ${line.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(inject("address")) && !url.startsWith("blob:"))
      complaints.push(`request: ${url.slice(0, 200)}`);
  });
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize(size);
  await page.goto(`${inject("address")}/?pace=0&${search}`);
  await page.waitForSelector(search.includes("silent") ? "#prompt" : "html[data-ready]");
  return page;
}

/** Moves the fake engine on by `count` steps. */
export async function tick(page: Page, count: number): Promise<void> {
  await page.evaluate((steps) => window.darkroomReplay?.tick(steps), count);
}

/** Presses Ctrl+Enter and waits until the fake engine has the job: a tick before that would move nothing. */
export async function generate(page: Page): Promise<void> {
  const jobs = (): Promise<number> => page.evaluate(() => window.darkroomReplay?.engine.kept.jobs.length ?? 0);
  const before = await jobs();
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction((count) => (window.darkroomReplay?.engine.kept.jobs.length ?? 0) > count, before);
}

export const INFOTEXT = `a red fox in the snow, (sharp:1.2)
Negative prompt: blurry
Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 4021337, Size: 768x512`;

/** Pastes into the prompt, at the cursor. A page cannot press the real keys' paste without the system's clipboard. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.locator("#prompt").focus();
  await page.evaluate((given) => {
    const area = document.querySelector<HTMLTextAreaElement>("#prompt");
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", given);
    area?.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    document.execCommand("insertText", false, given);
  }, text);
}

/** A question mark types while a field has the keyboard, as the prompt has it at first. */
export async function showShortcuts(page: Page): Promise<void> {
  await page.locator("#prompt").blur();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
}

/** What has the keyboard, as a selector would name it. */
export async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    const job = element?.closest<HTMLElement>("[data-job]")?.dataset["job"];
    return job ? `job ${job}` : (element?.getAttribute("aria-label") ?? (element?.id || element?.tagName || ""));
  });
}

/** Saves the settings as they are under each name, and leaves the list of presets open. */
export async function keepPresets(page: Page, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await page.keyboard.press("Control+s");
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  await page.keyboard.press("Control+s");
  await page.getByRole("dialog", { name: "Presets" }).waitFor();
}
