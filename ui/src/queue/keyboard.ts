import { isKeyboardLost } from "../design/focus";

interface Place {
  readonly control: HTMLElement;
  readonly job: string | undefined;
  /** Handles follow each other; every other control goes to the next row of any kind. */
  readonly rows: "[data-movable]" | "[data-job]";
  readonly at: number;
}

/** Keeps the keyboard in the queue: rows that move or leave would take it along. */
export class QueueKeyboard {
  private place: Place | null = null;

  /** A control of the list has the keyboard now. */
  note(control: HTMLElement, list: HTMLElement): void {
    const row = control.closest<HTMLElement>("[data-job]");
    const rows = control.matches(".handle") ? "[data-movable]" : "[data-job]";
    const at = row ? rowsOf(list, rows).indexOf(row) : -1;
    this.place = row && { control, job: row.dataset["job"], rows, at };
  }

  /** The keyboard went elsewhere because somebody wanted it to. */
  forget(): void {
    this.place = null;
  }

  /** After the rows were drawn anew: back to the same job, else to what has come into its place. */
  restore(list: HTMLElement): void {
    if (!this.place) return;
    const { control, job, rows, at } = this.place;
    if (isKeyboardLost()) {
      const all = rowsOf(list, rows);
      const row = all.find((one) => one.dataset["job"] === job) ?? all[Math.min(at, all.length - 1)];
      const next = row?.contains(control) ? control : row?.querySelector<HTMLElement>("button");
      (next ?? list.closest<HTMLElement>("[data-region]"))?.focus();
    } else if (list.contains(control)) this.note(control, list);
  }
}

/** Brings the newest job that failed into sight, with the keyboard on it. */
export function showFailed(): void {
  const row = document.querySelector<HTMLElement>('[data-region="queue"] [data-state="failed"]');
  row?.scrollIntoView({ block: "nearest" });
  row?.querySelector<HTMLElement>("button")?.focus();
}

function rowsOf(list: HTMLElement, rows: string): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(rows)];
}
