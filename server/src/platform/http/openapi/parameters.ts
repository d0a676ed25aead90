/** What parameters mean whose schemas do not say it themselves. */
const meanings: Readonly<Record<string, string>> = {
  "query:limit": "How many at most",
  "query:offset": "How many to pass over; for deep pages follow `next` of the answer instead",
  "query:after": "Where the page before ended: the key that `next` of the answer carries",
  "query:sort": "The field to sort by; with - before it in descending order",
  "query:query": "Words to search for, in any case and without regard to accents",
  "query:from": "From this time on",
  "query:to": "Before this time",
  "query:at": "At this time; now where left out",
  "query:active": "Those that are active, or those that are not",
  "query:reason": "Why",
  "query:format": "The form of the answer or of what is looked for",
  "query:name": "Part of the name",
  "query:role": "A role, in any case",
  "query:status": "A status, in any case; several are separated by commas where the list takes more than one",
  "query:modality": "A modality or an alias of one, in any case",
  "query:priority": "STAT, URGENT or ROUTINE, in any case",
  "query:accessionNumber": "The accession number",
  "query:birthDate": "The date of birth",
  "query:bodyPart": "The body part",
  "query:department": "The department",
  "query:description": "Part of the description",
  "query:identifier": "The value of an identifier of the patient",
  "query:outcome": "How it went",
  "query:overdue": "Those that are late, or those that are not",
  "query:patientName": "The patient's name or its beginning",
  "query:procedureCode": "The code of a procedure of the catalogue",
  "query:profession": "The profession",
  "query:studyInstanceUid": "The Study Instance UID",
  "query:action": "What was done",
  "query:kind": "The kind",
  "query:type": "The type",
  "query:subjectType": "The kind of what it was done to",
  "query:frame": "The number of a frame, from 1",
  "query:quality": "The quality of the picture, from 1 to 100",
  "query:groupBy": "What to group by",
  "path:id": "The id of the item",
  "path:token": "The token that the link carries",
  "path:accessionNumber": "The accession number",
  "path:seriesUID": "The Series Instance UID",
  "path:severity": "The severity, in any case and with its aliases",
  "path:orthancInstanceId": "The instance's id by Orthanc's rule",
  "path:sopInstanceUID": "The SOP Instance UID",
  "path:examenID": "The id of the imaging order",
};

const spoken = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** A description for a parameter that has none: `query`, `facilityId` → "The id of the facility". */
export function meaningOf(where: string, name: string): string {
  const known = meanings[`${where}:${name}`];
  if (known) return known;
  if (/Id$/.test(name)) return `The id of the ${spoken(name.slice(0, -2))}`;
  if (/From$/.test(name)) return `The earliest ${spoken(name.slice(0, -4))}`;
  if (/To$/.test(name)) return `The latest ${spoken(name.slice(0, -2))}`;
  const words = spoken(name).trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
