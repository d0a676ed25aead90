import { Refusal } from "@isocenter/server/platform/index.ts";
import { daySpansOf, localSpansOf, readDate, spansOf } from "@isocenter/server/protocols/fhir/dates.ts";
import { formatOf, preferences } from "@isocenter/server/protocols/fhir/format.ts";
import { subset, subsetOf } from "@isocenter/server/protocols/fhir/subset.ts";
import { readToken, splitEscaped, unescaped } from "@isocenter/server/protocols/fhir/token.ts";
import { latin1, type Target } from "../target.ts";

const zones = ["UTC", "Europe/Zurich", "America/St_Johns", "Pacific/Apia"];

/** What FHIR clients write into searches: dates, tokens, lists, and how the answer is to be. */
export const target: Target = {
  name: "fhir",
  maxBytes: 2048,
  tokens: [
    "|",
    ",",
    "\\",
    "\\,",
    "$",
    "T",
    "Z",
    "-",
    ":",
    "+14:00",
    "ge",
    "ap",
    "9999",
    "0000",
    "_elements=",
    ";q=",
    "%",
  ].map(latin1),
  seeds: () =>
    [
      "ge2026-03-01T10:15:00.123+01:00",
      "2026-02-29",
      "ap2026",
      "lt2026-03-29T02:30",
      "http://terminology.hl7.org/CodeSystem/v2-0203|MR,|4711\\,\\|,urn:oid:1.2.3|",
      "application/fhir+json;fhirVersion=4.0;q=0.5, application/json, */*;q=0.1",
      "_summary=data&_elements=id,name.family,meta&_format=json",
      "return=minimal; handling=strict, respond-async",
    ].map(latin1),
  run(input, chance) {
    const text = input.toString("utf8");
    try {
      for (const value of splitEscaped(text, [",", "|", "$"][chance(3)]!)) {
        readToken(unescaped(value));
        const date = readDate(value);
        if (!date) continue;
        const zone = zones[chance(zones.length)]!;
        spansOf(date, zone);
        localSpansOf(date, zone);
        daySpansOf(date);
      }
      preferences(text);
      formatOf(text, chance(2) === 0 ? null : text.slice(0, 40));
      const wanted = subsetOf(new URLSearchParams(text));
      subset({ resourceType: "Patient", id: "1", name: [{ family: "Doe" }] } as never, wanted, {
        summary: ["id"],
        mandatory: ["meta"],
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  },
};
