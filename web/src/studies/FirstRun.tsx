import { dicomwebRoot, useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { CopyButton } from "../kit/CopyButton.tsx";
import { Icon } from "../kit/Icon.tsx";
import { ToSection } from "../kit/ToSection.tsx";
import { pickFiles } from "../uploads/pick.ts";
import { message, t } from "../words/words.ts";
import { DemonstrationCard } from "./Demonstration.tsx";
import { useSystem } from "./queries.ts";
import { useStartedDemo } from "./started-demo.ts";

/** The empty archive: three ways to fill it, each of which works at once. */
export function FirstRun() {
  const me = useMe();
  const system = useSystem();
  const { started } = useStartedDemo();
  const { available = false, loaded = false } = system.data?.demo ?? {};
  const mayDemo =
    (me?.permissions.includes("demo.manage") ?? false) && (available || loaded || started !== null);
  if (started)
    return (
      <div className="h-full overflow-auto">
        <div className="mx-auto grid min-h-full w-[720px] max-w-full content-center px-4 py-6">
          <DemonstrationCard loaded={loaded} />
        </div>
      </div>
    );
  return (
    <div className="h-full overflow-auto">
      <div className="mx-auto grid min-h-full w-[1204px] max-w-full content-center px-4 py-6">
        <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
          <div>
            <h2 className="mb-1 text-28 font-semibold tracking-[-0.02em]">
              {mayDemo
                ? t("The archive is empty. Three ways to fill it.")
                : t("The archive is empty. Two ways to fill it.")}
            </h2>
            <p className="text-14 text-text-2">
              {t(
                "Everything below works now, with nothing else to install. This page becomes the study list with the first image.",
              )}
            </p>
          </div>
          <ol className="flex gap-4 text-12 text-text-3">
            <li className="flex items-center gap-1.5 text-ok">
              <Icon name="check" size="xs" />
              {t("Archive running")}
            </li>
            <li className="flex items-center gap-1.5">
              <span className="size-3.5 rounded-full border-[1.5px] border-control" aria-hidden="true" />
              {t("First image")}
            </li>
          </ol>
        </header>
        <div className="first-run">
          <FilesCard />
          {mayDemo && <DemonstrationCard loaded={loaded} />}
          <ScannerCard />
        </div>
        <NextSteps />
      </div>
    </div>
  );
}

const steps = [
  { section: "facilities", permission: "facilities.manage", word: message("Name the facility") },
  { section: "users", permission: "users.manage", word: message("Enter who works here") },
  { section: "modalities", permission: "modalities.manage", word: message("Let scanners in") },
  { section: "stations", permission: "catalogue.manage", word: message("Rooms and opening hours") },
  { section: "procedures", permission: "catalogue.manage", word: message("What can be ordered") },
] as const;

/** What makes a department of the archive, for whoever may do it. */
function NextSteps() {
  const may = useMe()?.permissions ?? [];
  const open = steps.filter(({ permission }) => may.includes(permission));
  if (open.length === 0) return null;
  return (
    <nav className="mt-4 flex flex-wrap items-center gap-2" aria-labelledby="first-steps">
      <h3 id="first-steps" className="mr-2 text-13 font-semibold text-text-2">
        {t("Then set up the department")}
      </h3>
      {open.map(({ section, permission, word }) => (
        <ToSection key={section} section={section} permission={permission}>
          {t(word)}
        </ToSection>
      ))}
    </nav>
  );
}

function FilesCard() {
  return (
    <section className="card flex flex-col p-3" aria-labelledby="first-files">
      <div className="drop-target grid flex-1 content-center justify-items-center p-4 text-center">
        <span className="mb-2 grid size-10 place-items-center rounded-full bg-panel text-beam">
          <Icon name="upload" size="l" />
        </span>
        <h3 id="first-files" className="mb-1 text-16 font-semibold">
          {t("Drop files or folders here")}
        </h3>
        <p className="mb-3 text-text-2">
          {t("DICOM, a ZIP of DICOM, a CD’s folder, PNG or JPEG. Patients and studies sort themselves out.")}
        </p>
        <div className="flex flex-wrap justify-center gap-2">
          <Button size="l" hotkey="U" onClick={() => void pickFiles({ folder: false })}>
            {t("Choose files")}
          </Button>
          <Button size="l" variant="ghost" onClick={() => void pickFiles({ folder: true })}>
            {t("Choose a folder")}
          </Button>
        </div>
      </div>
      <p className="mx-1 mt-3 text-12 text-text-3">
        {t("A file whose patient differs from what is known is kept aside for you, never merged.")}
      </p>
    </section>
  );
}

function ScannerCard() {
  const system = useSystem();
  const aeTitle = system.data?.aeTitle ?? "";
  const host = system.data?.host ?? location.hostname;
  const port = system.data ? String(system.data.dicomPort) : "";
  const commands = `echoscu -aec ${aeTitle} ${host} ${port}\nstorescu -aec ${aeTitle} ${host} ${port} +sd +r ct/`;
  const dicomweb = `${location.origin}${dicomwebRoot}`;
  return (
    <section className="card send px-5 py-4" aria-labelledby="first-scanner">
      <h3 id="first-scanner" className="mb-1 text-16 font-semibold">
        {t("Send from a scanner")}
      </h3>
      <p className="mb-3 text-text-2">{t("Enter these three on the scanner or workstation.")}</p>
      <div className="grid gap-2">
        <Coordinate name={t("AE title")} value={aeTitle} />
        <Coordinate name={t("Host")} value={host} />
        <Coordinate name={t("Port")} value={port} />
      </div>
      <div className="mt-3 rounded-m bg-raised px-4 py-3">
        <div className="flex items-center">
          <span className="flex items-center gap-1 font-semibold text-ok">
            <Icon name="ear" size="s" />
            {t("Listening")}
          </span>
          <span className="flex-1" />
          <span className="text-12 text-text-3">{t("no image yet")}</span>
        </div>
        <div className="listening my-2.5" aria-hidden="true">
          <i />
        </div>
        <p className="text-12 text-text-2">
          {t(
            "From this computer everything is taken. A caller elsewhere that we do not know is refused, and waits for an administrator to let it in.",
          )}
        </p>
      </div>
      <div className="mt-3 mb-1 flex items-center">
        <h4 className="flex-1 text-12 font-medium text-text-2">{t("Or try from a terminal")}</h4>
        <CopyButton text={commands} what={t("both commands")} className="-my-1" />
      </div>
      <pre className="mono overflow-auto rounded-m border border-line bg-bg px-3.5 py-3 text-12! leading-5 text-text-2">
        {commands}
      </pre>
      <div className="mt-3 mb-1 flex items-center">
        <h4 className="flex-1 text-12 font-medium text-text-2">{t("Or by DICOMweb")}</h4>
        <CopyButton text={dicomweb} what={t("the DICOMweb address")} className="-my-1" />
      </div>
      <p className="mono truncate rounded-m border border-line bg-bg px-3.5 py-2 text-12! text-text-2">
        {dicomweb}
      </p>
    </section>
  );
}

function Coordinate({ name, value }: { name: string; value: string }) {
  return (
    <div className="grid h-12 grid-cols-[72px_minmax(0,1fr)_32px] items-center rounded-m border border-line-2 bg-bg pr-2 pl-4">
      <span className="cap">{name}</span>
      <span className="mono truncate text-[18px]! select-all">{value || " "}</span>
      <CopyButton text={value} what={name} />
    </div>
  );
}
