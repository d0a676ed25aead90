import type { DataSetValues } from "@isocenter/dicom";

/** What codes are called in French, by what they are called in English. A code means the same whatever its meaning is written in (PS3.3 8.8). */
const french: Readonly<Record<string, string>> = {
  English: "Anglais",
  French: "Français",
  "Language of Content Item and Descendants": "Langue de l’élément et de ses descendants",
  "Observer Type": "Type d’observateur",
  Person: "Personne",
  "Person Observer Name": "Nom de l’observateur",
  "Person Observer's Organization Name": "Organisme de l’observateur",
  "Procedure reported": "Examen rapporté",
  "Imaging procedure": "Examen d’imagerie",
  "Imaging Measurement Report": "Compte rendu de mesures d’imagerie",
  "Imaging Measurements": "Mesures d’imagerie",
  "Measurement Group": "Groupe de mesures",
  "Tracking Identifier": "Identifiant de suivi",
  "Tracking Unique Identifier": "Identifiant de suivi unique",
  Length: "Longueur",
  Diameter: "Diamètre",
  Perimeter: "Périmètre",
  Area: "Surface",
  Angle: "Angle",
  Quantity: "Quantité",
  "Attenuation Coefficient": "Coefficient d’atténuation",
  Derivation: "Dérivation",
  Mean: "Moyenne",
  "Standard Deviation": "Écart type",
  Minimum: "Minimum",
  Maximum: "Maximum",
  "Image Region": "Région de l’image",
  Path: "Tracé",
  "Image Library": "Bibliothèque d’images",
  "Image Library Group": "Groupe de la bibliothèque d’images",
  "Source series for segmentation": "Série source de la segmentation",
  millimeter: "millimètre",
  "square millimeter": "millimètre carré",
  centimeter: "centimètre",
  "square centimeter": "centimètre carré",
  degree: "degré",
  "Hounsfield unit": "unité Hounsfield",
  "no units": "sans unité",
  "Of Interest": "Images remarquables",
  "For Referring Provider": "Pour le médecin demandeur",
  "For Surgery": "Pour la chirurgie",
  "For Teaching": "Pour l’enseignement",
  "For Conference": "Pour la réunion de concertation",
  "For Therapy": "Pour le traitement",
  "For Patient": "Pour le patient",
  "For Peer Review": "Pour la relecture par un pair",
  "For Research": "Pour la recherche",
  "For Printing": "Pour l’impression",
  "For Report Attachment": "À joindre au compte rendu",
  "Key Object Description": "Description des objets clés",
  "Diagnostic imaging report": "Compte rendu d’imagerie",
  Findings: "Résultats",
  Finding: "Résultat",
  Impressions: "Conclusions",
  Impression: "Conclusion",
  Recommendations: "Recommandations",
  Recommendation: "Recommandation",
  "Current Procedure Descriptions": "Technique",
  "Procedure Description": "Description de l’examen",
  "Previous Findings": "Résultats antérieurs",
  "Previous Finding": "Résultat antérieur",
  "Indications for Procedure": "Indications de l’examen",
  "Document Summary": "Résumé du document",
  Comment: "Commentaire",
};
const series: Readonly<Record<string, string>> = {
  Measurements: "Mesures",
  "Key images": "Images clés",
  Report: "Compte rendu",
  "Report (PDF)": "Compte rendu (PDF)",
};

/** A document that is made in English, with the meanings of its codes and the name of its series in the language (RFC 5646), as far as there are words. */
export function spokenIn(language: string, document: DataSetValues): DataSetValues {
  if (language !== "fr") return document;
  const said = (value: unknown, keyword: string): unknown => {
    if (typeof value === "string") {
      if (keyword === "CodeMeaning") return french[value] ?? value;
      return keyword === "SeriesDescription" ? (series[value] ?? value) : value;
    }
    if (Array.isArray(value)) return value.map((one) => said(one, keyword));
    if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, said(inner, key)]));
  };
  return said(document, "") as DataSetValues;
}
