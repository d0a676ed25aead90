import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Icon } from "../kit/Icon.tsx";
import { plural } from "../studies/format.ts";
import type { UploadPatient } from "./items.ts";
import { NewPatient } from "./NewPatient.tsx";
import { uploadPatient } from "./patient.ts";

interface PatientPickerProps {
  open: boolean;
  pictures: number;
  onOpenChange: (open: boolean) => void;
  onChoose: (patient: UploadPatient) => void;
}

/** Pictures do not say whose they are: a person does, once for all that wait. */
export function PatientPicker({ open, pictures, onOpenChange, onChoose }: PatientPickerProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={pictures === 1 ? "Whose picture is this?" : `Whose are these ${pictures} pictures?`}
      description="PNG and JPEG do not name their patient. They are archived as images of the patient you choose."
    >
      <PatientSearch pictures={pictures} onChoose={onChoose} />
    </Dialog>
  );
}

function useDebounced(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

function PatientSearch({ pictures, onChoose }: Pick<PatientPickerProps, "pictures" | "onChoose">) {
  const id = useId();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const [chosen, setChosen] = useState<UploadPatient | null>(null);
  const [registering, setRegistering] = useState(false);
  const mayRegister = useMe()?.permissions.includes("patients.write") ?? false;
  const query = useDebounced(text.trim(), 200);
  const search = useQuery({
    queryKey: ["patients", query],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/patients", { params: { query: { query, limit: 8 } }, signal })),
    enabled: query.length >= 2,
  });
  const found = query.length >= 2 ? (search.data?.data ?? []).map(uploadPatient) : [];

  function keys(event: React.KeyboardEvent) {
    if (event.key === "ArrowDown") setActive(Math.min(found.length - 1, active + 1));
    else if (event.key === "ArrowUp") setActive(Math.max(0, active - 1));
    else if (event.key === "Enter" && found[active]) setChosen(found[active]);
    else return;
    event.preventDefault();
  }

  if (registering && !chosen) {
    return <NewPatient name={text} onBack={() => setRegistering(false)} onRegistered={setChosen} />;
  }
  if (chosen) {
    return (
      <div className="grid gap-4">
        <div className="note plain">
          <Icon name="person" />
          <PatientLine patient={chosen} />
        </div>
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={() => setChosen(null)}>
            Another patient
          </Button>
          <Button variant="primary" autoFocus onClick={() => onChoose(chosen)}>
            Add {plural(pictures, "picture")} to this patient
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className="grid gap-2">
      <label htmlFor={`${id}-input`} className="text-12 font-medium text-text-2">
        Patient
      </label>
      <div className="input">
        <Icon name="search" />
        <input
          id={`${id}-input`}
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={found[active] ? `${id}-${found[active].id}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder="Name or identifier"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={keys}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Patients" className="min-h-40">
        {found.map((patient, index) => (
          <div
            key={patient.id}
            id={`${id}-${patient.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className="menu-item"
            onClick={() => setChosen(patient)}
            onKeyDown={(event) => {
              if (event.key === "Enter") setChosen(patient);
            }}
          >
            <PatientLine patient={patient} />
          </div>
        ))}
      </div>
      <p className="text-12 text-text-3" role="status">
        {search.isError
          ? `The search failed: ${search.error.message}`
          : query.length < 2
            ? "Type at least two characters."
            : search.isFetching
              ? ""
              : found.length === 0
                ? "No such patient here."
                : `${found.length} found`}
      </p>
      {mayRegister && (
        <Button icon="plus" className="justify-self-start" onClick={() => setRegistering(true)}>
          New patient
        </Button>
      )}
    </div>
  );
}

function PatientLine({ patient }: { patient: UploadPatient }) {
  return (
    <span>
      <b className="font-medium">{patient.name}</b>
      <span className="block text-11 text-text-3">{patient.line}</span>
    </span>
  );
}
