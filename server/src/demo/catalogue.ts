/**
 * Who and what the demonstration holds. Every name is invented and every picture drawn by this program.
 */
export interface DemoPatient {
  name: string;
  id: string;
  birthDate: string;
  sex: "F" | "M" | "O";
  /** Decides the anatomy's texture and the vessels' courses; a prior shares it. */
  seed: number;
}

export type DemoExamination =
  | { kind: "ct-chest"; contrast?: boolean; noduleMm?: number; effusion?: boolean }
  | { kind: "ct-abdomen"; lesionMm?: number }
  | { kind: "ct-head"; subdural?: boolean }
  | { kind: "mr-brain"; lesions?: number; infarct?: boolean }
  | { kind: "dx-chest"; effusion?: boolean; noduleMm?: number }
  | { kind: "us-abdomen" };

export interface DemoStudy {
  patient: string;
  /** Before the day the demonstration is loaded. */
  daysAgo: number;
  /** HHMMSS */
  time: string;
  accessionNumber: string;
  description: string;
  referringPhysician: string;
  examination: DemoExamination;
}

export const demoIssuer = "ISOCENTER-DEMO";

export const demoPatients: readonly DemoPatient[] = [
  { name: "Abiodun^Tomi", id: "DEMO-187330", birthDate: "19670302", sex: "F", seed: 3 },
  { name: "Devereux^Hal", id: "DEMO-204817", birthDate: "19540711", sex: "M", seed: 8 },
  { name: "Nystrand^Peder^Emil", id: "DEMO-091245", birthDate: "19611129", sex: "M", seed: 13 },
  { name: "Okonjo^Sabine", id: "DEMO-210066", birthDate: "19891006", sex: "F", seed: 21 },
  { name: "Brandvold^Iver", id: "DEMO-044120", birthDate: "19450518", sex: "M", seed: 34 },
  { name: "Vasko^Lena", id: "DEMO-221904", birthDate: "20030914", sex: "F", seed: 55 },
  { name: "Halloran^Britt", id: "DEMO-130077", birthDate: "19580120", sex: "F", seed: 89 },
  { name: "Imre^Katalin", id: "DEMO-029914", birthDate: "19840423", sex: "F", seed: 144 },
  { name: "Ostrava^Jiří", id: "DEMO-155871", birthDate: "19630808", sex: "M", seed: 233 },
  { name: "Feld^Johanna", id: "DEMO-036240", birthDate: "19920217", sex: "F", seed: 377 },
  { name: "Straker^Owen", id: "DEMO-160432", birthDate: "19701231", sex: "M", seed: 610 },
  { name: "Meadowes^Pia", id: "DEMO-078254", birthDate: "19540330", sex: "F", seed: 987 },
];

const doctors = ["Aalto^Nora^^Dr.", "Reyes^Martín^^Dr.", "Chaudhry^Sana^^Dr.", "Lindqvist^Per^^Dr."] as const;

/** The newest first, so that the list is worth looking at from the start. */
export const demoStudies: readonly DemoStudy[] = [
  {
    patient: "DEMO-221904",
    daysAgo: 0,
    time: "093212",
    accessionNumber: "IC118411",
    description: "Chest, 2 views",
    referringPhysician: doctors[0],
    examination: { kind: "dx-chest" },
  },
  {
    patient: "DEMO-187330",
    daysAgo: 0,
    time: "095811",
    accessionNumber: "IC118397",
    description: "CT pulmonary angiogram",
    referringPhysician: doctors[0],
    examination: { kind: "ct-chest", contrast: true, noduleMm: 9.4 },
  },
  {
    patient: "DEMO-204817",
    daysAgo: 0,
    time: "091544",
    accessionNumber: "IC118402",
    description: "CT head without contrast",
    referringPhysician: doctors[0],
    examination: { kind: "ct-head", subdural: true },
  },
  {
    patient: "DEMO-210066",
    daysAgo: 0,
    time: "084903",
    accessionNumber: "IC118369",
    description: "MR brain without contrast",
    referringPhysician: doctors[1],
    examination: { kind: "mr-brain", lesions: 9 },
  },
  {
    patient: "DEMO-036240",
    daysAgo: 0,
    time: "081720",
    accessionNumber: "IC118340",
    description: "Ultrasound abdomen",
    referringPhysician: doctors[2],
    examination: { kind: "us-abdomen" },
  },
  {
    patient: "DEMO-091245",
    daysAgo: 1,
    time: "164031",
    accessionNumber: "IC118361",
    description: "CT abdomen with contrast",
    referringPhysician: doctors[1],
    examination: { kind: "ct-abdomen", lesionMm: 26 },
  },
  {
    patient: "DEMO-044120",
    daysAgo: 1,
    time: "150210",
    accessionNumber: "IC118372",
    description: "MR brain, stroke protocol",
    referringPhysician: doctors[3],
    examination: { kind: "mr-brain", infarct: true },
  },
  {
    patient: "DEMO-078254",
    daysAgo: 1,
    time: "133555",
    accessionNumber: "IC118355",
    description: "Chest, 2 views",
    referringPhysician: doctors[2],
    examination: { kind: "dx-chest", effusion: true },
  },
  {
    patient: "DEMO-155871",
    daysAgo: 2,
    time: "101218",
    accessionNumber: "IC118277",
    description: "CT chest, lung screening",
    referringPhysician: doctors[2],
    examination: { kind: "ct-chest", noduleMm: 5 },
  },
  {
    patient: "DEMO-029914",
    daysAgo: 2,
    time: "092000",
    accessionNumber: "IC118251",
    description: "Ultrasound abdomen",
    referringPhysician: doctors[3],
    examination: { kind: "us-abdomen" },
  },
  {
    patient: "DEMO-160432",
    daysAgo: 3,
    time: "141807",
    accessionNumber: "IC118266",
    description: "Chest, 2 views",
    referringPhysician: doctors[2],
    examination: { kind: "dx-chest" },
  },
  {
    patient: "DEMO-130077",
    daysAgo: 4,
    time: "114520",
    accessionNumber: "IC118224",
    description: "CT abdomen, restaging",
    referringPhysician: doctors[1],
    examination: { kind: "ct-abdomen" },
  },
  {
    patient: "DEMO-204817",
    daysAgo: 12,
    time: "174512",
    accessionNumber: "IC117905",
    description: "CT head without contrast",
    referringPhysician: doctors[0],
    examination: { kind: "ct-head" },
  },
  {
    patient: "DEMO-078254",
    daysAgo: 96,
    time: "100833",
    accessionNumber: "IC115840",
    description: "Chest, 2 views",
    referringPhysician: doctors[2],
    examination: { kind: "dx-chest" },
  },
  {
    patient: "DEMO-187330",
    daysAgo: 254,
    time: "143120",
    accessionNumber: "IC110034",
    description: "CT chest with contrast",
    referringPhysician: doctors[1],
    examination: { kind: "ct-chest", contrast: true, noduleMm: 6.1 },
  },
  {
    patient: "DEMO-210066",
    daysAgo: 366,
    time: "090115",
    accessionNumber: "IC107712",
    description: "MR brain without contrast",
    referringPhysician: doctors[1],
    examination: { kind: "mr-brain", lesions: 5 },
  },
  {
    patient: "DEMO-187330",
    daysAgo: 466,
    time: "082244",
    accessionNumber: "IC104418",
    description: "Chest, 2 views",
    referringPhysician: doctors[2],
    examination: { kind: "dx-chest", noduleMm: 6 },
  },
];
