import type { SearchAnswer } from "@isocenter/contract";
import type { IconName } from "../kit/Icon.tsx";
import { joined } from "../kit/joined.ts";
import type { Shortcut } from "../kit/shortcuts.ts";
import { imagingModalities } from "../studies/format.ts";
import { t } from "../words/words.ts";

/** One line of the palette: what it says, and what it does. */
export interface Entry {
  id: string;
  group: string;
  icon: IconName;
  text: string;
  detail?: string;
  caps?: readonly string[];
  run: () => void;
}

const fold = (text: string): string => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();

/** Entries each of whose words begins with, or holds, what was typed: those that begin first; all of them where nothing is typed. */
export function matching(entries: readonly Entry[], typed: string): Entry[] {
  const wanted = fold(typed).split(/\s+/).filter(Boolean);
  const rank = (entry: Entry): number => {
    const words = fold(entry.text).split(/[\s,^]+/);
    if (!wanted.every((want) => words.some((word) => word.includes(want)))) return 2;
    return wanted.every((want) => words.some((word) => word.startsWith(want))) ? 0 : 1;
  };
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((one) => one.rank < 2)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry);
}

/** What keys do here, as lines that do it. */
export function actionEntries(
  registrations: readonly { group: string; shortcuts: readonly Shortcut[] }[],
): Entry[] {
  return registrations.toReversed().flatMap(({ group, shortcuts }, index) =>
    shortcuts.flatMap(({ run, label, caps }) =>
      run
        ? [
            {
              id: `action-${index}-${label}`,
              group,
              icon: "right" as const,
              text: label.charAt(0).toUpperCase() + label.slice(1),
              caps,
              run: () => run(new KeyboardEvent("keydown")),
            },
          ]
        : [],
    ),
  );
}

interface Leads {
  patient: (id: string) => void;
  order: (id: string) => void;
  study: (id: string) => void;
}

/** What the server found, as lines that lead there. */
export function foundEntries(answer: SearchAnswer, leads: Leads): Entry[] {
  return [
    ...answer.patients.map((patient) => ({
      id: `patient-${patient.id}`,
      group: t("Patients"),
      icon: "person" as const,
      text: patient.name,
      detail: joined(patient.identifier, patient.birthDate),
      run: () => leads.patient(patient.id),
    })),
    ...answer.orders.map((order) => ({
      id: `order-${order.id}`,
      group: t("Orders"),
      icon: "list" as const,
      text: order.procedureName,
      detail: joined(order.accessionNumber, order.patient.name),
      run: () => leads.order(order.id),
    })),
    ...answer.studies.map((study) => ({
      id: `study-${study.id}`,
      group: t("Studies"),
      icon: "scan" as const,
      text: study.studyDescription ?? imagingModalities(study.modalities).join(", "),
      detail: joined(study.studyDate, study.accessionNumber, study.patient.name),
      run: () => leads.study(study.id),
    })),
  ];
}
