import type { Modality } from "@isocenter/contract";
import { useState } from "react";
import { Field } from "../../kit/Field.tsx";
import { Choices, Tick } from "../../kit/forms.tsx";
import { t } from "../../words/words.ts";
import { FacilityField } from "../parts/FacilityFields.tsx";
import { useFacilityOptions } from "../parts/facilities.ts";
import { KindChoice } from "./Knocking.tsx";
import { PortField } from "./PortField.tsx";
import { isAeTitle, isFingerprint } from "./peer-identity.ts";
import { kinds, peerPermissionOptions } from "./peer-permissions.ts";
import { isPort } from "./port.ts";

/** What the fields hold, and the body that they make. */
export function useModalityForm(modality?: Modality) {
  const [aeTitle, setAeTitle] = useState(modality?.aeTitle ?? "");
  const [host, setHost] = useState(modality?.host ?? "");
  const [port, setPort] = useState(String(modality?.port ?? 104));
  const [tls, setTls] = useState(modality?.tls ?? false);
  const [certificate, setCertificate] = useState(modality?.certificateSha256 ?? "");
  const [commit, setCommit] = useState(modality?.commit ?? false);
  const [description, setDescription] = useState(modality?.description ?? "");
  const [issuer, setIssuer] = useState(modality?.patientIdIssuer ?? "");
  const facilities = useFacilityOptions();
  const [facilityId, setFacilityId] = useState(modality?.facilityId ?? facilities[0]?.value ?? "");
  const [permissions, setPermissions] = useState<string[]>(
    modality?.permissions ?? [...kinds.scanner.permissions],
  );
  const body = () => ({
    aeTitle: aeTitle.trim(),
    host: host.trim(),
    port: Number(port),
    tls,
    certificateSha256: certificate.trim() || null,
    commit,
    description: description.trim() || null,
    patientIdIssuer: issuer.trim() || null,
    permissions,
    ...(facilityId ? { facilityId } : {}),
  });
  const fitsCertificate = certificate.trim() === "" || isFingerprint(certificate.trim());
  const ready = isAeTitle(aeTitle.trim()) && fitsCertificate && host.trim() !== "" && isPort(port);
  const fields = (
    <>
      <Field
        label={t("AE title")}
        value={aeTitle}
        maxLength={16}
        spellCheck={false}
        error={
          aeTitle.trim() === "" || isAeTitle(aeTitle.trim())
            ? null
            : t("Letters, digits, blanks and signs of ASCII, but no point, / or \\")
        }
        onChange={({ target }) => setAeTitle(target.value)}
      />
      <Field
        label={t("Description")}
        value={description}
        maxLength={256}
        onChange={({ target }) => setDescription(target.value)}
      />
      <div className="grid grid-cols-[minmax(0,1fr)_88px] gap-2">
        <Field
          label={t("Address")}
          value={host}
          maxLength={253}
          spellCheck={false}
          onChange={({ target }) => setHost(target.value)}
        />
        <PortField value={port} onChange={setPort} />
      </div>
      <KindChoice permissions={permissions} onChange={setPermissions} />
      <Choices
        label={t("May")}
        options={peerPermissionOptions()}
        chosen={permissions}
        onChange={setPermissions}
      />
      <Tick label={t("We call it by TLS")} checked={tls} onChange={setTls} />
      <Tick
        label={t("Ask it for storage commitment of what it was sent")}
        checked={commit}
        onChange={setCommit}
      />
      <Field
        label={t("Certificate (not needed)")}
        value={certificate}
        maxLength={95}
        error={fitsCertificate ? null : t("64 hexadecimal digits, with colons or without")}
        spellCheck={false}
        hint={t("SHA-256 of the certificate that it calls with: recognizes it in place of its address")}
        onChange={({ target }) => setCertificate(target.value)}
      />
      <Field
        label={t("Issuer of patient identifiers (not needed)")}
        value={issuer}
        maxLength={64}
        hint={t("Of images that name none")}
        onChange={({ target }) => setIssuer(target.value)}
      />
      <FacilityField value={facilityId} onChange={setFacilityId} />
    </>
  );
  return { body, ready, fields };
}
