import { encodeText } from "../charset/encode.ts";
import { type DataSet, Element } from "../model.ts";
import type { Tag } from "../tags.ts";
import { readingVr } from "../values.ts";
import { vrFacts } from "../vr.ts";
import type { IdentityWords } from "./identity.ts";
import type { DeidentificationOption } from "./options.ts";
import type { Pseudonym } from "./pseudonyms.ts";

/** What cleaning one object goes by. */
export interface CleaningContext {
  readonly options: ReadonlySet<DeidentificationOption>;
  /** Their letters in the tables. */
  readonly letters: ReadonlySet<string>;
  readonly sopClassUid: string;
  readonly patient: Pseudonym;
  /** Days that dates are moved by. */
  readonly days: number;
  readonly identity: IdentityWords;
  /** Of an encapsulated document. */
  readonly mimeType: string;
  uid(uid: string): string;
  system(title: string): string;
}

/** An element with other bytes, which are not yet padded. */
export function madeElement(tag: Tag, vr: string, bytes: Uint8Array): Element {
  const element = new Element(tag, vr, -1, bytes.length);
  element.source = bytes;
  element.size = bytes.length;
  return element;
}

/** The element with other items; the kind of its length stays. */
export function withItems(element: Element, items: DataSet[]): Element {
  const next = new Element(element.tag, element.vr, element.offset, element.length);
  next.items = items;
  return next;
}

/** The element with other text; null where its character set does not have it. */
export function withText(set: DataSet, element: Element, text: string): Element | null {
  const vr = readingVr(element);
  const bytes = encodeText(text, vrFacts(vr).encoded ? set.characterSets : [], vr);
  return bytes === null ? null : madeElement(element.tag, element.vr, bytes);
}
