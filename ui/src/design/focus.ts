/** Whether nothing has the keyboard: what had it is gone, or the page has just been opened. */
export function isKeyboardLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/**
 * Gives the keyboard to the prompt when nothing else has it: letters would be taken for commands. Where the prompt is
 * not shown, nothing happens.
 */
export function returnKeyboard(): void {
  if (!isKeyboardLost() || document.querySelector("[role=dialog][data-state=open]")) return;
  document.querySelector<HTMLElement>('[data-region="prompt"] [data-first]')?.focus({ preventScroll: true });
}

/** What leaves with the keyboard in it, as a button does that was pressed, leaves it to its region. */
export function leaveKeyboard(element: HTMLElement): () => void {
  const region = element.closest<HTMLElement>("[data-region]");
  return () => isKeyboardLost() && region?.focus({ preventScroll: true });
}
