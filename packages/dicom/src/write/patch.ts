import type { DataSet, Element, ParsedObject, Piece } from "../model.ts";
import { TransferSyntaxes } from "../uids.ts";
import { vrFacts } from "../vr.ts";
import { type DataSetValues, withElements } from "./build.ts";
import { writeDataSet } from "./write.ts";

/** A run of bytes of the source, or bytes that are new. */
export type Segment = Piece | Uint8Array;

export interface Patched {
  dataSet: DataSet;
  /** The data set up to where it was parsed, in order; offsets as in the source (of a deflated one, as if it stood there inflated). */
  segments: Segment[];
}

/** The syntax in which an element of the data set stands, whatever is done with its pixels. */
function plainSyntax({ explicitVR, littleEndian }: DataSet): string {
  if (!explicitVR) return TransferSyntaxes.ImplicitVRLittleEndian;
  return littleEndian ? TransferSyntaxes.ExplicitVRLittleEndian : TransferSyntaxes.ExplicitVRBigEndian;
}

/** Where each element begins and ends in the source; null where that cannot be told for sure. */
function placesOf(set: DataSet, from: number, end: number): Map<Element, Piece> | null {
  const ordered = [...set.elements.values()].sort((a, b) => a.offset - b.offset);
  const starts: number[] = [];
  let at: number | null = from;
  for (const element of ordered) {
    const header = set.explicitVR && vrFacts(element.vr).long ? 12 : 8;
    const start: number = at ?? element.offset - header;
    const gap = element.offset - start;
    // One that came twice, or that another implementation wrote in a way of its own
    if (gap !== 8 && gap !== 12) return null;
    starts.push(start);
    at = element.length === -1 ? null : element.offset + element.length;
  }
  const places = new Map<Element, Piece>();
  ordered.forEach((element, i) => {
    const next = starts[i + 1] ?? (element.length === -1 ? end : element.offset + element.length);
    places.set(element, { offset: starts[i]!, length: next - starts[i]! });
  });
  return places;
}

const isPiece = (segment: Segment | undefined): segment is Piece =>
  segment !== undefined && !(segment instanceof Uint8Array);

/**
 * A data set in which some elements are others, as the bytes that stay and the bytes that are new: what is not touched keeps its very bytes, also
 * where their values were too long to be kept. `end`: where in the source what was parsed ends. Values and character sets as in `withElements`. Throws
 * `DicomError`.
 */
export function patched(
  parsed: Pick<ParsedObject, "dataSet" | "dataSetOffset">,
  end: number,
  changes: DataSetValues,
): Patched {
  const { dataSet: before, dataSetOffset } = parsed;
  const dataSet = withElements(before, changes);
  const syntax = plainSyntax(before);
  const written = (elements: Map<number, Element>) => writeDataSet({ ...dataSet, elements }, syntax);
  const places = placesOf(before, dataSetOffset, end);
  if (places === null) return { dataSet, segments: [written(dataSet.elements)] };
  const segments: Segment[] = [];
  const add = (piece: Piece) => {
    const previous = segments.at(-1);
    if (isPiece(previous) && previous.offset + previous.length === piece.offset)
      segments[segments.length - 1] = { offset: previous.offset, length: previous.length + piece.length };
    else if (piece.length > 0) segments.push(piece);
  };
  for (const [tag, element] of dataSet.elements) {
    const place = places.get(element);
    if (place) add(place);
    else segments.push(written(new Map([[tag, element]])));
  }
  let last = dataSetOffset;
  for (const { offset, length } of places.values()) last = Math.max(last, offset + length);
  // What lies behind the last element, such as the padding of a medium
  if (last < end) add({ offset: last, length: end - last });
  return { dataSet, segments };
}
