import { itemsOf, type JsonDataSet, numberOf, textOf, textsOf } from "@isocenter/presentation";
import { message } from "../../words/words.ts";
import { tags } from "./tags.ts";

/**
 * What a pixel after rescaling is multiplied with to become a standardised uptake value by body weight, in grams per millilitre.
 * Undefined when the image does not say enough to be sure: units, corrections, weight, dose, half-life and times
 * (PS3.3 C.8.9.1; QIBA's procedure without its guesses).
 */
export function suvFactorOf(attributes: JsonDataSet): number | undefined {
  if (textOf(attributes, tags.Modality) !== "PT") return undefined;
  const factor = factorOrReason(attributes);
  return typeof factor === "number" ? factor : undefined;
}

/** Why a PET has no standardised uptake value, as a message; undefined where it has one, and for all else. */
export function whyNoSuv(attributes: JsonDataSet): string | undefined {
  if (textOf(attributes, tags.Modality) !== "PT") return undefined;
  const factor = factorOrReason(attributes);
  return typeof factor === "number" ? undefined : factor;
}

const reasons = {
  units: message("No SUV: values are no activity per volume"),
  corrections: message("No SUV: not corrected for attenuation and decay"),
  weight: message("No SUV: no weight of the patient"),
  dose: message("No SUV: no dose or half-life"),
  times: message("No SUV: times of injection and scan are not known"),
} as const;

function factorOrReason(attributes: JsonDataSet): number | string {
  const units = textOf(attributes, tags.Units);
  if (units === "GML") return 1;
  if (units !== "BQML") return reasons.units;
  const corrected = textsOf(attributes, tags.CorrectedImage);
  if (!corrected.includes("ATTN") || !corrected.some((one) => one === "DECY" || one === "DECAY"))
    return reasons.corrections;
  const weightKg = numberOf(attributes, tags.PatientWeight) ?? 0;
  const given = itemsOf(attributes, tags.RadiopharmaceuticalInformationSequence)[0];
  const doseBq = (given && numberOf(given, tags.RadionuclideTotalDose)) ?? 0;
  const halfLifeSeconds = (given && numberOf(given, tags.RadionuclideHalfLife)) ?? 0;
  if (weightKg <= 0) return reasons.weight;
  if (!given || doseBq <= 0 || halfLifeSeconds <= 0) return reasons.dose;
  const correction = textOf(attributes, tags.DecayCorrection);
  if (correction === "ADMIN") return (weightKg * 1000) / doseBq;
  if (correction !== "START") return reasons.corrections;
  const injected = injectionTime(attributes, given);
  const scanned = scanTime(attributes);
  if (injected === undefined || scanned === undefined) return reasons.times;
  const delaySeconds = scanned - injected;
  if (delaySeconds < 0 || delaySeconds > 24 * 3600) return reasons.times;
  return (weightKg * 1000) / (doseBq * 2 ** (-delaySeconds / halfLifeSeconds));
}

function injectionTime(attributes: JsonDataSet, given: JsonDataSet): number | undefined {
  const dateTime = textOf(given, tags.RadiopharmaceuticalStartDateTime);
  if (dateTime !== undefined) return secondsOf(dateTime.slice(0, 8), dateTime.slice(8));
  return secondsOf(
    textOf(attributes, tags.SeriesDate) ?? textOf(attributes, tags.StudyDate),
    textOf(given, tags.RadiopharmaceuticalStartTime),
  );
}

/** Images are corrected to the start of the series, which some reconstructions move behind the first acquisition. */
function scanTime(attributes: JsonDataSet): number | undefined {
  const series = secondsOf(textOf(attributes, tags.SeriesDate), textOf(attributes, tags.SeriesTime));
  const acquisition = secondsOf(
    textOf(attributes, tags.AcquisitionDate),
    textOf(attributes, tags.AcquisitionTime),
  );
  if (series === undefined || acquisition === undefined) return undefined;
  // A series time later than the acquisition is when it was reconstructed, and says nothing about decay.
  return series <= acquisition ? series : undefined;
}

/** Seconds since 1970 of a DICOM date and time taken as UTC, for differences alone. */
function secondsOf(date: string | undefined, time: string | undefined): number | undefined {
  const d = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(date ?? "");
  const t = /^(\d{2}):?(\d{2}):?(\d{2})?(\.\d{1,6})?/.exec(time ?? "");
  if (!d || !t) return undefined;
  const day = Date.UTC(Number(d[1]), Number(d[2]) - 1, Number(d[3])) / 1000;
  return day + Number(t[1]) * 3600 + Number(t[2]) * 60 + Number(t[3] ?? 0) + Number(t[4] ?? 0);
}
