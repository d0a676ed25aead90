/** A person's name (PS3.5 6.2 PN) in its three component groups; "" where one is not given. */
export interface PersonName {
  readonly alphabetic: string;
  readonly ideographic: string;
  readonly phonetic: string;
}

const tidy = (group: string | undefined) => (group ?? "").replace(/[\s^]+$/, "").trimStart();

/** Splits "Yamada^Tarou=山田^太郎=やまだ^たろう". Trailing delimiters have no meaning. */
export function parsePersonName(text: string): PersonName {
  const [alphabetic, ideographic, phonetic] = text.split("=");
  return { alphabetic: tidy(alphabetic), ideographic: tidy(ideographic), phonetic: tidy(phonetic) };
}

/** The text of a name, without trailing empty groups. */
export function formatPersonName(name: Partial<PersonName>): string {
  return [name.alphabetic ?? "", name.ideographic ?? "", name.phonetic ?? ""].join("=").replace(/=+$/, "");
}
