import type { MeasuredPlane } from "@isocenter/contract";

/** The cosine of 20 degrees: nearer than that to an anatomical plane, another one has its name. */
const near = Math.cos((20 * Math.PI) / 180);

const words = {
  en: {
    planes: ["Sagittal plane", "Coronal plane", "Axial plane"],
    oblique: "Oblique plane",
    slabs: { AVERAGE: "average", MIP: "MIP", MINIP: "MinIP" },
  },
  fr: {
    planes: ["Plan sagittal", "Plan coronal", "Plan axial"],
    oblique: "Plan oblique",
    slabs: { AVERAGE: "moyenne", MIP: "MIP", MINIP: "MinIP" },
  },
} as const;

/** What a plane is called, and how thick it is: "Coronal plane, MIP 20 mm". @param language RFC 5646 */
export function planeWords({ normal, slab }: MeasuredPlane, language: string): string {
  const { planes, oblique, slabs } = language === "fr" ? words.fr : words.en;
  const name = planes.find((_, axis) => Math.abs(normal[axis] ?? 0) >= near) ?? oblique;
  if (!slab) return name;
  const thickness = slab.thickness.toLocaleString(language, { maximumFractionDigits: 1 });
  return `${name}, ${slabs[slab.mode]} ${thickness} mm`;
}
