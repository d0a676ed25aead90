import { message, t } from "../words/words.ts";

/** Ways of paying; the server takes others as well, which are shown as they stand. */
export const methods: Readonly<Record<string, string>> = {
  CARD: message("Card"),
  CASH: message("Cash"),
  TRANSFER: message("Transfer"),
  CHEQUE: message("Cheque"),
  INSURANCE: message("Insurance"),
};

export const methodWord = (method: string): string =>
  Object.hasOwn(methods, method) ? t(methods[method] ?? method) : method;
