type Field = HTMLInputElement | HTMLTextAreaElement;

const typed = new Set<Field>();

globalThis.document?.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return;
  for (const field of typed) if (!field.isConnected) typed.delete(field);
  typed.add(target);
});

/** Whether text that somebody wrote still stands in a field there. */
export const holdsTyped = (within: Node = document): boolean => fieldsTyped(within).length > 0;

/** Whether it is text that would be missed: what is looked for and a password are soon typed again. */
export const holdsWork = (within: Node): boolean =>
  fieldsTyped(within).some(
    (field) => field.type !== "search" && field.type !== "password" && field.role !== "combobox",
  );

const fieldsTyped = (within: Node): Field[] =>
  [...typed].filter((field) => field.isConnected && field.value !== "" && within.contains(field));
