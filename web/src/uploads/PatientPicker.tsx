import type { Patient } from "@isocenter/contract";
import { useState } from "react";
import { useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Icon } from "../kit/Icon.tsx";
import { PatientChooser } from "../patients/PatientChooser.tsx";
import { t } from "../words/words.ts";
import type { UploadPatient } from "./items.ts";
import { NewPatient } from "./NewPatient.tsx";
import { uploadPatient } from "./patient.ts";

interface PatientPickerProps {
  pictures: number;
  onOpenChange: (open: boolean) => void;
  onChoose: (patient: UploadPatient) => void;
}

/** Pictures do not say whose they are: a person does, once for all that wait. */
export function PatientPicker({ pictures, onOpenChange, onChoose }: PatientPickerProps) {
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={t("{count, plural, =1 {Whose picture is this?} other {Whose are these # pictures?}}", {
        count: pictures,
      })}
      description={t(
        "PNG and JPEG do not name their patient. They are archived as images of the patient you choose.",
      )}
    >
      <Choice pictures={pictures} onChoose={onChoose} />
    </Dialog>
  );
}

function Choice({ pictures, onChoose }: Pick<PatientPickerProps, "pictures" | "onChoose">) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<Patient | null>(null);
  const [registering, setRegistering] = useState(false);
  const mayRegister = useMe()?.permissions.includes("patients.write") ?? false;
  if (chosen) {
    const patient = uploadPatient(chosen);
    return (
      <div className="grid gap-4">
        <div className="note plain">
          <Icon name="person" />
          <span>
            <b className="font-medium">{patient.name}</b>
            <span className="block text-11 text-text-3">{patient.line}</span>
          </span>
        </div>
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={() => setChosen(null)}>
            {t("Another patient")}
          </Button>
          <Button variant="primary" autoFocus onClick={() => onChoose(patient)}>
            {t(
              "{count, plural, one {Add # picture to this patient} other {Add # pictures to this patient}}",
              {
                count: pictures,
              },
            )}
          </Button>
        </div>
      </div>
    );
  }
  if (registering)
    return <NewPatient name={text} onBack={() => setRegistering(false)} onRegistered={setChosen} />;
  return (
    <div className="grid gap-2">
      <PatientChooser onText={setText} onChoose={setChosen} />
      {mayRegister && (
        <Button icon="plus" className="justify-self-start" onClick={() => setRegistering(true)}>
          {t("New patient")}
        </Button>
      )}
    </div>
  );
}
