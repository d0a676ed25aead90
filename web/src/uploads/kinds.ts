export type UploadKind = "dicom" | "zip" | "picture";

/** Leftovers of file systems and CDs that are no images: taken along with folders, never sent. */
const litter = /^(\.ds_store|thumbs\.db|desktop\.ini|autorun\.inf|\._.*|dicomdir)$/i;

/** What lies on CDs beside the images: viewers and their help. Named here, they are not sent. */
const foreign =
  /\.(exe|dll|inf|ini|txt|html?|css|js|xml|pdf|chm|ico|gif|bmp|lnk|jar|bat|cmd|so|dylib|app|md|json|log)$/i;

/** What a file is by its name and type; null for what no one wants in an archive of images. */
export function kindOf(name: string, type: string): UploadKind | null {
  const base = name.slice(name.lastIndexOf("/") + 1);
  if (litter.test(base)) return null;
  if (/\.zip$/i.test(base) || type === "application/zip" || type === "application/x-zip-compressed")
    return "zip";
  if (/\.(png|jpe?g)$/i.test(base) || type === "image/png" || type === "image/jpeg") return "picture";
  if (foreign.test(base)) return null;
  return "dicom";
}
