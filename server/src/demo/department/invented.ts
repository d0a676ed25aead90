/** Names that nobody has together: family names and given names of many tongues and scripts. */
export const familyNames = [
  "Abernethy",
  "Ōkawara",
  "Łukasiewska",
  "Müllner",
  "Nguyễn-Văn",
  "Þorvaldsdóttir",
  "Παπαβασιλείου",
  "Кузнечихин",
  "O’Rahilly",
  "van der Wielen",
  "Ibn Mansur",
  "الزهراني",
  "佐渡原",
  "Šimůnkova",
  "Ğülbahar",
  "Fjellhaug",
  "Castellón",
  "Adébáyò",
  "Kahananui",
  "Brânduşoiu",
] as const;
export const givenNames = [
  "Aoife",
  "Haruto",
  "Jadwiga",
  "Jörg",
  "Linh",
  "Sigríður",
  "Ελένη",
  "Пётр",
  "Siobhán",
  "Joost",
  "Yusuf",
  "ليلى",
  "美咲",
  "Ondřej",
  "İpek",
  "Åse",
  "Íñigo",
  "Ọláidé",
  "Keoni",
  "Ștefan",
] as const;

const womensNames: readonly string[] = [
  "Aoife",
  "Jadwiga",
  "Linh",
  "Sigríður",
  "Ελένη",
  "Siobhán",
  "ليلى",
  "美咲",
  "İpek",
  "Åse",
  "Ọláidé",
];

/** Which of the two the given name is of. */
export const sexOfName = (givenName: string): "F" | "M" => (womensNames.includes(givenName) ? "F" : "M");

export interface InventedProcedure {
  code: string;
  name: string;
  modality: "CT" | "MR" | "DX" | "US";
  bodyPart: string;
  durationMinutes: number;
  /** Minor units. */
  price: number;
  subspecialty?: string;
  preparation?: string;
  protocol?: string;
}

/** What can be ordered, with prices; nobody's tariff. */
export const procedures: readonly InventedProcedure[] = [
  {
    code: "CTHEAD",
    name: "CT head without contrast",
    modality: "CT",
    bodyPart: "HEAD",
    durationMinutes: 15,
    price: 18_000,
    subspecialty: "Neuro",
    protocol: "Axial 2.5 mm, brain and bone kernel, no contrast",
  },
  {
    code: "CTPA",
    name: "CT pulmonary angiogram",
    modality: "CT",
    bodyPart: "CHEST",
    durationMinutes: 20,
    price: 32_500,
    subspecialty: "Chest",
    preparation: "Creatinine of the last week; a line in the right arm",
    protocol: "Bolus tracking on the pulmonary trunk, 70 ml at 4 ml/s",
  },
  {
    code: "CTCHEST",
    name: "CT chest, lung screening",
    modality: "CT",
    bodyPart: "CHEST",
    durationMinutes: 15,
    price: 21_000,
  },
  {
    code: "CTABD",
    name: "CT abdomen with contrast",
    modality: "CT",
    bodyPart: "ABDOMEN",
    durationMinutes: 30,
    price: 34_000,
    subspecialty: "Abdomen",
    preparation: "Nothing to eat for four hours; a litre of water",
    protocol: "Portal venous phase, 90 ml, 70 s",
  },
  {
    code: "CTSPINE",
    name: "CT cervical spine",
    modality: "CT",
    bodyPart: "CSPINE",
    durationMinutes: 15,
    price: 19_900,
  },
  {
    code: "MRBRAIN",
    name: "MR brain without contrast",
    modality: "MR",
    bodyPart: "BRAIN",
    durationMinutes: 30,
    price: 41_000,
    subspecialty: "Neuro",
    preparation: "No metal; the questionnaire is filled in beforehand",
    protocol: "T1, T2, FLAIR, DWI axial",
  },
  {
    code: "MRSTROKE",
    name: "MR brain, stroke protocol",
    modality: "MR",
    bodyPart: "BRAIN",
    durationMinutes: 30,
    price: 45_000,
  },
  { code: "MRKNEE", name: "MR knee", modality: "MR", bodyPart: "KNEE", durationMinutes: 30, price: 38_500 },
  {
    code: "MRLSPINE",
    name: "MR lumbar spine",
    modality: "MR",
    bodyPart: "LSPINE",
    durationMinutes: 30,
    price: 39_900,
  },
  {
    code: "DXCHEST",
    name: "Chest, 2 views",
    modality: "DX",
    bodyPart: "CHEST",
    durationMinutes: 10,
    price: 4_500,
  },
  {
    code: "DXHAND",
    name: "Hand, 2 views",
    modality: "DX",
    bodyPart: "HAND",
    durationMinutes: 10,
    price: 3_900,
  },
  { code: "DXHIP", name: "Hip, 2 views", modality: "DX", bodyPart: "HIP", durationMinutes: 10, price: 4_700 },
  {
    code: "USABD",
    name: "Ultrasound abdomen",
    modality: "US",
    bodyPart: "ABDOMEN",
    durationMinutes: 20,
    price: 9_800,
    subspecialty: "Abdomen",
    preparation: "Nothing to eat for six hours",
  },
  {
    code: "USTHYR",
    name: "Ultrasound thyroid",
    modality: "US",
    bodyPart: "THYROID",
    durationMinutes: 15,
    price: 8_200,
  },
  {
    code: "USLEG",
    name: "Ultrasound leg veins",
    modality: "US",
    bodyPart: "LEG",
    durationMinutes: 20,
    price: 9_100,
  },
];

export const indications = [
  "headache since the morning",
  "cough, fever",
  "fall from a ladder",
  "pain in the right flank",
  "follow-up",
  "dyspnoea, D-dimer raised",
] as const;

export const sentences = {
  normal: { findings: "No focal lesion. No fracture. No effusion.", impression: "Normal examination." },
  abnormal: {
    findings: "A lesion of 9 mm with smooth margins; the surrounding tissue is unremarkable.",
    impression: "Small lesion, probably benign.",
    recommendations: "Control in six months.",
  },
  critical: {
    findings: "A hyperdense crescent along the left hemisphere with midline shift of 6 mm.",
    impression: "Acute subdural haematoma.",
    recommendations: "Neurosurgical consultation at once.",
  },
} as const;
