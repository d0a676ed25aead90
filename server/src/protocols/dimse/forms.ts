import { Readable } from "node:stream";
import { readPart10, TransferSyntaxes, transferSyntax, writeDataSet } from "@isocenter/dicom";
import type { Archive, StoredInstance } from "../../modules/archive/index.ts";
import { Refusal } from "../../platform/index.ts";

/** In which transfer syntaxes an instance can be given. */
export interface InstanceForms {
  /** The best first: as it is kept. */
  syntaxesFor(instance: StoredInstance): readonly string[];
  chooseSyntax(instance: StoredInstance, accepted: ReadonlySet<string>): string | null;
  /** The data set alone. @throws Refusal `not-acceptable` */
  openDataSetAs(instance: StoredInstance, transferSyntaxUID: string): Promise<Readable>;
}

const native = [TransferSyntaxes.ExplicitVRLittleEndian, TransferSyntaxes.ImplicitVRLittleEndian];
/** Objects over this size are not taken into memory to be written anew. */
const maxObjectBytes = 256 * 1024 * 1024;

/** As it is kept, and what is not compressed in each of the two syntaxes that everyone takes. */
export function keptForms(archive: Pick<Archive, "readObject">): InstanceForms {
  const syntaxesFor = ({ transferSyntaxUID, size }: StoredInstance): readonly string[] =>
    transferSyntax(transferSyntaxUID)?.encapsulated === false && size <= maxObjectBytes
      ? [...new Set([transferSyntaxUID, ...native])]
      : [transferSyntaxUID];
  return {
    syntaxesFor,
    chooseSyntax: (instance, accepted) => syntaxesFor(instance).find((uid) => accepted.has(uid)) ?? null,
    async openDataSetAs(instance, uid) {
      if (!syntaxesFor(instance).includes(uid))
        throw new Refusal("not-acceptable", "transcode.unsupported", "The instance cannot be converted.");
      const { dataSet } = readPart10(await archive.readObject(instance));
      return Readable.from([writeDataSet(dataSet, uid)], { objectMode: false });
    },
  };
}
