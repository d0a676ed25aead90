import { type Hl7System, type Hl7Version, hl7Receives, hl7Sends, hl7Versions } from "@isocenter/contract";
import { useState } from "react";
import { Field } from "../../../kit/Field.tsx";
import { Choices, Select, Tick } from "../../../kit/forms.tsx";
import { t } from "../../../words/words.ts";
import { FacilityField } from "../../parts/FacilityFields.tsx";
import { useFacilityOptions } from "../../parts/facilities.ts";
import { PersonSelect } from "../../people/PersonSelect.tsx";
import { PortField } from "../PortField.tsx";
import { isPort } from "../port.ts";
import { receives, sends } from "./words.ts";

/** What a message of its says of a system. */
export interface SystemStart {
  application: string;
  sendingFacility: string;
  address: string;
  certificateSha256: string | null;
  receives: string[];
}

const characterSets = [
  "UNICODE UTF-8",
  "ASCII",
  "8859/1",
  "8859/2",
  "8859/5",
  "8859/7",
  "8859/9",
  "8859/15",
  "ISO IR87",
];

/** What the fields hold, and the body that they make. */
export function useSystemForm(system?: Hl7System, start?: SystemStart) {
  const [name, setName] = useState(system?.name ?? start?.application ?? "");
  const [application, setApplication] = useState(system?.application ?? start?.application ?? "");
  const [sendingFacility, setSendingFacility] = useState(
    system?.sendingFacility ?? start?.sendingFacility ?? "",
  );
  const [address, setAddress] = useState(system?.address ?? start?.address ?? "");
  const [certificate, setCertificate] = useState(system?.certificateSha256 ?? start?.certificateSha256 ?? "");
  const [host, setHost] = useState(system?.host ?? "");
  const [port, setPort] = useState(String(system?.port ?? 2575));
  const [tls, setTls] = useState(system?.tls ?? false);
  const [issuer, setIssuer] = useState(system?.patientIdIssuer ?? "");
  const [taken, setTaken] = useState<string[]>(system?.receives ?? start?.receives ?? [...hl7Receives]);
  const [told, setTold] = useState<string[]>(system?.sends ?? []);
  const [characterSet, setCharacterSet] = useState(system?.characterSet ?? "");
  const [version, setVersion] = useState<string>(system?.hl7Version ?? "2.5.1");
  const [providerId, setProviderId] = useState(system?.providerId ?? "");
  const [pdf, setPdf] = useState(system?.pdf ?? false);
  const [enabled, setEnabled] = useState(system?.enabled ?? true);
  const facilities = useFacilityOptions();
  const [facilityId, setFacilityId] = useState(system?.facilityId ?? facilities[0]?.value ?? "");
  const isTold = host.trim() !== "";
  const wanted = hl7Sends.filter((one) => told.includes(one));
  const body = () => ({
    name: name.trim(),
    application: application.trim(),
    sendingFacility: sendingFacility.trim() || null,
    address: address.trim() || null,
    certificateSha256: certificate.trim() || null,
    host: isTold ? host.trim() : null,
    port: isTold ? Number(port) : null,
    tls,
    patientIdIssuer: issuer.trim() || null,
    providerId: providerId || null,
    receives: hl7Receives.filter((one) => taken.includes(one)),
    sends: isTold ? wanted : [],
    characterSet: characterSet || null,
    hl7Version: version as Hl7Version,
    pdf,
    enabled,
    ...(facilityId ? { facilityId } : {}),
  });
  const ready = name.trim() !== "" && application.trim() !== "" && (!isTold || isPort(port));
  const fields = (
    <>
      <Field
        label={t("Name")}
        value={name}
        maxLength={128}
        onChange={({ target }) => setName(target.value)}
      />
      <div className="grid grid-cols-2 gap-2">
        <Field
          label={t("Application (MSH-3)")}
          value={application}
          maxLength={180}
          spellCheck={false}
          onChange={({ target }) => setApplication(target.value)}
        />
        <Field
          label={t("Facility in messages (MSH-4)")}
          value={sendingFacility}
          maxLength={180}
          spellCheck={false}
          hint={t("Empty: any")}
          onChange={({ target }) => setSendingFacility(target.value)}
        />
      </div>
      <Choices
        label={t("It may tell us of")}
        options={hl7Receives.map((value) => ({ value, word: t(receives[value]) }))}
        chosen={taken}
        onChange={setTaken}
      />
      {taken.includes("ORDERS") && (
        <PersonSelect
          label={t("Orders of doctors who are not known here are placed for")}
          none={t("Nobody: they are refused")}
          facilityId={facilityId}
          value={providerId}
          onChange={setProviderId}
        />
      )}
      <Field
        label={t("Comes from")}
        value={address}
        maxLength={253}
        spellCheck={false}
        hint={t("Its address or host; empty: this machine, or whoever shows its certificate")}
        onChange={({ target }) => setAddress(target.value)}
      />
      <div className="grid grid-cols-[minmax(0,1fr)_88px] gap-2">
        <Field
          label={t("Listens at")}
          value={host}
          maxLength={253}
          spellCheck={false}
          hint={t("Empty: nothing is sent to it")}
          onChange={({ target }) => setHost(target.value)}
        />
        <PortField value={port} onChange={setPort} />
      </div>
      {isTold && (
        <>
          <Choices
            label={t("It is told of")}
            options={hl7Sends.map((value) => ({ value, word: t(sends[value]) }))}
            chosen={told}
            onChange={(chosen) => setTold(withoutOrphan(chosen, told))}
          />
          <Tick label={t("Reports come with their PDF")} checked={pdf} onChange={setPdf} />
          <Tick label={t("It is called by TLS")} checked={tls} onChange={setTls} />
        </>
      )}
      <div className="grid grid-cols-2 gap-2">
        <Select
          label={t("HL7 version")}
          value={version}
          options={hl7Versions.map((value) => ({ value, word: value }))}
          onChange={setVersion}
        />
        <Select
          label={t("Character set")}
          value={characterSet}
          options={[
            { value: "", word: t("As it says itself") },
            ...[...new Set([...characterSets, ...(characterSet ? [characterSet] : [])])].map((value) => ({
              value,
              word: value,
            })),
          ]}
          onChange={setCharacterSet}
        />
      </div>
      <Field
        label={t("Issuer of patient identifiers (not needed)")}
        value={issuer}
        maxLength={64}
        hint={t("Of identifiers that name none")}
        onChange={({ target }) => setIssuer(target.value)}
      />
      <Field
        label={t("Certificate (not needed)")}
        value={certificate}
        maxLength={95}
        spellCheck={false}
        hint={t("SHA-256 of its certificate: recognizes it in place of its address")}
        onChange={({ target }) => setCertificate(target.value)}
      />
      <FacilityField value={facilityId} onChange={setFacilityId} />
      {system && <Tick label={t("On")} checked={enabled} onChange={setEnabled} />}
    </>
  );
  return { body, ready, fields };
}

/** Preliminary reports go with signed ones: choosing them chooses both, and leaving out the signed ones leaves out both. */
function withoutOrphan(chosen: readonly string[], before: readonly string[]): string[] {
  if (!chosen.includes("PRELIMINARY") || chosen.includes("RESULTS")) return [...chosen];
  return before.includes("PRELIMINARY")
    ? chosen.filter((one) => one !== "PRELIMINARY")
    : [...chosen, "RESULTS"];
}
