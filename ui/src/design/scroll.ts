/** An element that is not shown forgets how far it was scrolled; this puts it back there when it is shown again. */
export function keepScroll(element: HTMLElement): () => void {
  let [shown, top] = [true, 0];
  const note = (): void => {
    if (shown && element.clientHeight > 0) top = element.scrollTop;
  };
  const observer = new ResizeObserver(() => {
    const now = element.clientHeight > 0;
    // Some web views know it themselves, and better: what is hidden before it was drawn was never heard to scroll.
    if (now && !shown) element.scrollTop ||= top;
    shown = now;
  });
  element.addEventListener("scroll", note);
  observer.observe(element);
  return () => {
    element.removeEventListener("scroll", note);
    observer.disconnect();
  };
}
