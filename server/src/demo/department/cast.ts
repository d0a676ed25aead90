import type { Role } from "@isocenter/contract";

/** Somebody whom the demonstration is about: who they are says what they see. */
export interface CastMember {
  role: Role;
  /** After the prefix and a hyphen, the user name. */
  username: string;
  firstName: string;
  lastName: string;
  profession?: string;
  department?: string;
}

/** Nobody has these names together; the first of each role is who a newcomer signs in as. */
export const cast: readonly CastMember[] = [
  { role: "ADMINISTRATOR", username: "admin", firstName: "Mirela", lastName: "Vantongeren" },
  {
    role: "RADIOLOGIST",
    username: "radiologist",
    firstName: "Hedda",
    lastName: "Kjellström",
    profession: "Physician",
    department: "Radiology",
  },
  {
    role: "RADIOLOGIST",
    username: "radiologist2",
    firstName: "Bastien",
    lastName: "Okafor-Leroy",
    profession: "Physician",
    department: "Radiology",
  },
  {
    role: "RADIOLOGIST",
    username: "radiologist3",
    firstName: "Ines",
    lastName: "Wakabayashi",
    profession: "Physician",
    department: "Radiology",
  },
  {
    role: "RESIDENT",
    username: "resident",
    firstName: "Caelum",
    lastName: "Drăgulescu",
    profession: "Physician",
    department: "Radiology",
  },
  {
    role: "TECHNOLOGIST",
    username: "technologist",
    firstName: "Runa",
    lastName: "Achterberg",
    profession: "Radiographer",
    department: "Radiology",
  },
  {
    role: "TECHNOLOGIST",
    username: "technologist2",
    firstName: "Tadeo",
    lastName: "Silvermane",
    profession: "Radiographer",
    department: "Radiology",
  },
  {
    role: "PHYSICIAN",
    username: "physician",
    firstName: "Nora",
    lastName: "Aalto",
    profession: "Physician",
    department: "Emergency",
  },
  {
    role: "PHYSICIAN",
    username: "physician2",
    firstName: "Martín",
    lastName: "Reyes-Haldane",
    profession: "Physician",
    department: "Oncology",
  },
  {
    role: "PHYSICIAN",
    username: "physician3",
    firstName: "Sana",
    lastName: "Chaudhry-Bloom",
    profession: "Physician",
    department: "Internal medicine",
  },
  {
    role: "PHYSICIAN",
    username: "physician4",
    firstName: "Per",
    lastName: "Lindqvist-Ayo",
    profession: "Physician",
    department: "Emergency",
  },
  { role: "FRONT_DESK", username: "front-desk", firstName: "Odile", lastName: "Fairweather" },
  { role: "FRONT_DESK", username: "front-desk2", firstName: "Jarek", lastName: "Numminen" },
  { role: "BILLING", username: "billing", firstName: "Persis", lastName: "Goldwater" },
];
