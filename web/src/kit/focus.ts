const isFocused = (element: HTMLElement): boolean => {
  element.focus({ preventScroll: true });
  return document.activeElement === element;
};

/**
 * Keeps where the focus is, and answers how it comes back there. What is gone by then, or takes no focus, gives it to what it stood
 * in, a row for instance; where nothing of that is left, the page itself has it, never nothing.
 */
export function keepFocus(): () => void {
  const places: HTMLElement[] = [];
  for (let at = document.activeElement; at && at !== document.body; at = at.parentElement)
    if (at instanceof HTMLElement) places.push(at);
  return () => {
    const page = document.getElementById("main");
    for (const place of page ? [...places, page] : places) if (place.isConnected && isFocused(place)) return;
  };
}
