type Field = HTMLInputElement | HTMLTextAreaElement;

const isField = (target: unknown): target is Field =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

/** Fields in which somebody has written, each with what stood there before. */
const typed = new Map<Field, string>();
/** What stood in the field when it took the focus. */
let entered: { field: Field; value: string } | null = null;
/** The form whose sending is being begun. */
let submitted: Node | null = null;

globalThis.document?.addEventListener("focusin", ({ target }) => {
  if (isField(target)) entered = { field: target, value: target.value };
});

globalThis.document?.addEventListener("input", ({ target }) => {
  if (!isField(target)) return;
  for (const field of typed.keys()) if (!field.isConnected) typed.delete(field);
  if (!typed.has(target)) typed.set(target, entered?.field === target ? entered.value : "");
});

globalThis.document?.addEventListener(
  "submit",
  ({ target }) => {
    submitted = target as HTMLFormElement;
    // Only what runs at once is the sending of this form.
    setTimeout(() => {
      submitted = null;
    });
  },
  true,
);

/** Whether text that somebody wrote still stands in a field there. */
export const holdsTyped = (within: Node = document): boolean =>
  fieldsTyped(within).some(({ value }) => value !== "");

/**
 * Whether it is text that would be missed: it is not what stood there before, nor with the server; what is looked for, a password, a day and a
 * tick are soon entered again; and a form that saves itself says so (`data-saves-itself`).
 */
export const holdsWork = (within: Node): boolean =>
  fieldsTyped(within).some(
    (field) =>
      field.value !== typed.get(field) &&
      !soonAgain.has(field.type) &&
      field.role !== "combobox" &&
      !field.closest("search, [data-saves-itself]"),
  );

const soonAgain = new Set(["search", "password", "date", "time", "checkbox", "radio", "range", "file"]);

/** What was written there is given up on purpose. */
export function forgetTyped(within: Node): void {
  for (const field of fieldsTyped(within)) typed.delete(field);
}

/**
 * The form that is just being sent.
 * @returns to be called when the server has taken it: what was written there until now is not lost any more
 */
export function sending(): () => void {
  const form = submitted;
  submitted = null;
  const sent = form ? fieldsTyped(form).map((field) => ({ field, value: field.value })) : [];
  return () => {
    for (const { field, value } of sent) {
      // Who has gone on writing meanwhile has that to lose.
      if (field.value === value) typed.delete(field);
      else typed.set(field, value);
    }
  };
}

const fieldsTyped = (within: Node): Field[] =>
  [...typed.keys()].filter((field) => field.isConnected && within.contains(field));
