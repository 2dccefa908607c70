/** What a menu at a place of the page is about. */

import type { Page } from "../page.svelte";

export type Subject =
  | { readonly kind: "picture"; readonly id: number; readonly place: "gallery" | "stage" | "viewer" }
  | { readonly kind: "job"; readonly id: number };

/** The picture or job at `target`; of a list that has the keyboard, the one with the cursor. */
export function subjectOf(target: Element, page: Page): Subject | null {
  if (page.dialogs.open !== null) return null;
  const tile = numberOf(target, "picture");
  if (page.viewer.open) return pictureOf(tile ?? page.viewer.id, "viewer");
  const job = numberOf(target, "job");
  if (job !== null) return { kind: "job", id: job };
  switch (target.closest<HTMLElement>("[data-region]")?.dataset["region"]) {
    case "gallery":
      return pictureOf(tile ?? page.selection.cursor, "gallery");
    case "stage":
      return onStage(page);
    default:
      return null;
  }
}

function onStage({ stage, queue }: Page): Subject | null {
  if (stage.shown.kind === "picture") return pictureOf(stage.shown.picture.id, "stage");
  return queue.running ? { kind: "job", id: queue.running.id } : null;
}

function pictureOf(id: number | null, place: "gallery" | "stage" | "viewer"): Subject | null {
  return id === null ? null : { kind: "picture", id, place };
}

function numberOf(target: Element, name: "picture" | "job"): number | null {
  const value = target.closest<HTMLElement>(`[data-${name}]`)?.dataset[name];
  return value === undefined ? null : Number(value);
}
