type Field = HTMLInputElement | HTMLTextAreaElement;

const typed = new Set<Field>();

globalThis.document?.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return;
  for (const field of typed) if (!field.isConnected) typed.delete(field);
  typed.add(target);
});

/** Whether text that somebody wrote still stands in a field there. */
export const holdsTyped = (within: Node = document): boolean =>
  [...typed].some((field) => field.isConnected && field.value !== "" && within.contains(field));
