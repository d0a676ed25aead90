import { Suspense, useEffect, useState } from "react";
import { useMe } from "../api/client.ts";
import { lazily } from "../api/loaded.ts";
import { Icon } from "../kit/Icon.tsx";
import { everywhere, useShortcuts } from "../kit/shortcuts.ts";
import { t } from "../words/words.ts";
import { filesOfDrop } from "./drop.ts";
import { pickFiles } from "./pick.ts";
import { addFiles, uploads, useUploads } from "./store.ts";
import "./uploads.css";

const UploadDrawer = lazily(async () => ({ default: (await import("./UploadDrawer.tsx")).UploadDrawer }));
const PatientPicker = lazily(async () => ({ default: (await import("./PatientPicker.tsx")).PatientPicker }));

/** Files dropped anywhere, the drawer that shows their way, and the question whose pictures they are. */
export function Uploads() {
  const may = useMe()?.permissions.includes("images.upload") ?? false;
  const state = useUploads();
  const [asking, setAsking] = useState(false);
  const waiting = state.counts["needs-patient"];
  useEffect(() => setAsking(waiting > 0), [waiting]);
  useShortcuts(
    everywhere,
    may
      ? [
          {
            caps: ["U"],
            label: t("add files"),
            on: ["u"],
            inBar: true,
            run: () => void pickFiles({ folder: false }),
          },
          { caps: ["Ctrl", "V"], label: t("paste files") },
        ]
      : [],
  );
  if (!may) return null;
  return (
    <>
      <DropAnywhere />
      <PasteAnywhere />
      {state.items.length > 0 && (
        <Suspense>
          <UploadDrawer state={state} onAskPatient={() => setAsking(true)} />
        </Suspense>
      )}
      {asking && waiting > 0 && (
        <Suspense>
          <PatientPicker
            pictures={waiting}
            onOpenChange={setAsking}
            onChoose={(patient) => uploads.assignPatient(patient)}
          />
        </Suspense>
      )}
    </>
  );
}

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

function DropAnywhere() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (carriesFiles(event) && --depth <= 0) end();
    };
    const end = () => {
      depth = 0;
      setOver(false);
    };
    const overPage = (event: DragEvent) => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      end();
      if (!carriesFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      void filesOfDrop(event.dataTransfer).then(addFiles);
    };
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("dragover", overPage);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("dragover", overPage);
      removeEventListener("drop", drop);
    };
  }, []);
  if (!over) return null;
  return (
    <div className="drop-overlay">
      <div className="drop-target grid justify-items-center gap-1 px-16 py-12 text-center">
        <Icon name="upload" size="l" className="text-beam" />
        <p className="text-16 font-semibold">{t("Drop to add to the archive")}</p>
        <p className="text-text-2">{t("Files, folders, ZIP. Patients and studies sort themselves out.")}</p>
      </div>
    </div>
  );
}

function PasteAnywhere() {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      addFiles(files.map((file) => ({ file, path: file.name })));
    };
    addEventListener("paste", paste);
    return () => removeEventListener("paste", paste);
  }, []);
  return null;
}
