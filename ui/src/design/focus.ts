/** Whether nothing has the keyboard: what had it is gone, or the page has just been opened. */
export function isKeyboardLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** Whoever comes first and is shown. */
const PLACES = ["[role=dialog][data-state=open]", '[data-region="prompt"] [data-first]', "[data-region]"] as const;

/**
 * Gives the keyboard to the dialog or the prompt when nothing else has it: letters would be taken for commands, and a
 * dialog would not hear its keys. Where the prompt is not shown, the part that is gets it.
 */
export function returnKeyboard(): void {
  for (const place of PLACES.flatMap((selector) => [...document.querySelectorAll<HTMLElement>(selector)])) {
    if (!isKeyboardLost()) return;
    // Of what is not shown, nothing comes.
    place.focus({ preventScroll: true });
  }
}

/** What leaves with the keyboard in it, as a button does that was pressed, leaves it to its region, if it has one. */
export function leaveKeyboard(element: HTMLElement): () => void {
  const region = element.closest<HTMLElement>("[data-region]");
  let has = false;
  const come = (): void => void (has = true);
  // Some web views say so when it is taken out of the page, too.
  const go = ({ relatedTarget }: FocusEvent): void => {
    if (!element.contains(relatedTarget as Node | null)) queueMicrotask(() => (has &&= !element.isConnected));
  };
  element.addEventListener("focusin", come);
  element.addEventListener("focusout", go);
  return () => {
    if (!has || !isKeyboardLost()) return;
    region?.focus({ preventScroll: true });
    returnKeyboard();
  };
}
