/** Text fields have keys and a menu of their own. */

export function isField(target: EventTarget | null): target is HTMLElement {
  return target instanceof HTMLElement && target.matches("input, textarea, [contenteditable]");
}

/** A number that is still being typed counts: fields take it over when they change. */
export function commitField(field: EventTarget | null): void {
  if (field instanceof HTMLInputElement) field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Enter that is held on a button would press it again and again. */
export function isHeldPress({ key, repeat, target }: KeyboardEvent): boolean {
  return repeat && key === "Enter" && target instanceof HTMLElement && target.closest("button") !== null;
}
