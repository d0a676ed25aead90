import type { ReactNode } from "react";
import { dateAndTime, dayOf } from "../../kit/dates.ts";
import { joined } from "../../kit/joined.ts";
import { t } from "../../words/words.ts";
import { patientLine } from "../model/overlay.ts";
import type { Patient } from "../model/patient.ts";
import type { StudyHeading } from "../model/study.ts";
import { Icon } from "./icons.tsx";

interface PatientBannerProps {
  heading: StudyHeading | undefined;
  /** What can be done with the study. */
  children?: ReactNode;
  onClose: () => void;
}

/** Whose study this is; it stays in its place whatever else is open. */
export function PatientBanner({ heading, children, onClose }: PatientBannerProps) {
  const patient = heading?.patient;
  return (
    <header className="vw-banner">
      <button
        type="button"
        className="vw-icon-button"
        aria-label={t("Back to the list")}
        title={t("Back to the list (Esc)")}
        onClick={onClose}
      >
        <Icon name="back" />
      </button>
      <span className="vw-mark">
        <Icon name="mark" size={20} />
      </span>
      {patient && (
        <h1 className="vw-patient">
          <span className="vw-patient-name">{patient.name || t("Name unknown")}</span>
          <span className="vw-patient-rest">
            <span className="vw-patient-line">{patientLine(patient)}</span>
            {patientLine(patient) ? " · " : ""}
            <span className="vw-mono">{patient.id || t("no identifier")}</span>
          </span>
        </h1>
      )}
      {heading && (
        <>
          <span className="vw-rule" />
          <p
            className="vw-study"
            title={joined(
              heading.description,
              heading.accessionNumber,
              dateAndTime(heading.date, heading.time),
            )}
          >
            <span className="vw-study-name">{heading.description || t("Study without a description")}</span>
            <span className="vw-study-rest">
              {heading.modalities.slice(0, 4).map((modality) => (
                <span key={modality} className="vw-modality">
                  {modality}
                </span>
              ))}
              <span className="vw-mono">{heading.accessionNumber}</span>
              <span>{dateAndTime(heading.date, heading.time)}</span>
            </span>
          </p>
        </>
      )}
      {children}
    </header>
  );
}

interface TwoPatientsProps {
  patients: readonly Patient[];
  /** Whether they are on the screen together, or only in one study. */
  together: boolean;
}

/** Never truncated, never dismissed: two people's images lie side by side. */
export function TwoPatients({ patients, together }: TwoPatientsProps) {
  return (
    <div className="vw-two-patients" role="alert" data-testid="two-patients">
      <strong>
        <Icon name="warning" />
        {together
          ? t("Different patients on this screen")
          : t("This study holds images of different patients")}
      </strong>
      {patients.map((patient) => (
        <span key={`${patient.id}|${patient.name}|${patient.birthDate}|${patient.issuer}`}>
          {joined(
            patient.name || t("Name unknown"),
            patient.birthDate && dayOf(patient.birthDate),
            patient.id || t("no identifier"),
            patient.issuer,
          )}
        </span>
      ))}
    </div>
  );
}
