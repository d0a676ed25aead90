import type { Staff } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api, useMe } from "../../api/client.ts";
import { Field } from "../../kit/Field.tsx";
import { t } from "../../words/words.ts";
import { FacilitiesField } from "../parts/FacilityFields.tsx";
import { useFacilityOptions } from "../parts/facilities.ts";
import { PersonSelect } from "./PersonSelect.tsx";

const orNull = (text: string) => text.trim() || null;

/** The fields of a member of staff, and what they say. */
export function useStaffForm(member?: Staff) {
  const facilities = useFacilityOptions();
  const home = useMe()?.facilityIds[0];
  const listId = useId();
  const [firstName, setFirstName] = useState(member?.firstName ?? "");
  const [lastName, setLastName] = useState(member?.lastName ?? "");
  const [profession, setProfession] = useState(member?.profession ?? "");
  const [department, setDepartment] = useState(member?.department ?? "");
  const [licence, setLicence] = useState(member?.licenceNumber ?? "");
  const [email, setEmail] = useState(member?.email ?? "");
  const [phone, setPhone] = useState(member?.phone ?? "");
  const [at, setAt] = useState<string[]>(member?.facilityIds ?? (home ? [home] : []));
  const [userId, setUserId] = useState(member?.userId ?? "");
  const departments = useQuery({
    queryKey: ["departments", "names"],
    meta: { live: ["department"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/departments", { params: { query: { limit: 200 } }, signal })),
  });
  const names = [...new Set((departments.data?.data ?? []).map(({ name }) => name))];
  const body = () => ({
    firstName: firstName.trim(),
    lastName: lastName.trim(),
    profession: profession.trim(),
    department: orNull(department),
    licenceNumber: orNull(licence),
    email: orNull(email),
    phone: orNull(phone),
    userId: userId || null,
    ...(facilities.length > 1 ? { facilityIds: at } : {}),
  });
  const ready =
    [firstName, lastName, profession].every((text) => text.trim() !== "") &&
    (facilities.length <= 1 || at.length > 0);
  const fields = (
    <>
      <div className="grid grid-cols-2 gap-2">
        <Field
          label={t("First name")}
          value={firstName}
          maxLength={128}
          onChange={({ target }) => setFirstName(target.value)}
        />
        <Field
          label={t("Last name")}
          value={lastName}
          maxLength={128}
          onChange={({ target }) => setLastName(target.value)}
        />
      </div>
      <Field
        label={t("Profession")}
        value={profession}
        maxLength={128}
        hint={t("Such as radiologist, nurse or physicist")}
        onChange={({ target }) => setProfession(target.value)}
      />
      <Field
        label={t("Department (not needed)")}
        value={department}
        maxLength={128}
        list={listId}
        hint={t("One that is not known yet is made")}
        onChange={({ target }) => setDepartment(target.value)}
      />
      <datalist id={listId}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Field
        label={t("Licence number (not needed)")}
        value={licence}
        maxLength={64}
        spellCheck={false}
        onChange={({ target }) => setLicence(target.value)}
      />
      <div className="grid grid-cols-2 gap-2">
        <Field
          label={t("E-mail (not needed)")}
          type="email"
          value={email}
          maxLength={254}
          onChange={({ target }) => setEmail(target.value)}
        />
        <Field
          label={t("Phone (not needed)")}
          type="tel"
          value={phone}
          maxLength={64}
          onChange={({ target }) => setPhone(target.value)}
        />
      </div>
      <FacilitiesField chosen={at} onChange={setAt} />
      <PersonSelect
        label={t("Signs in as")}
        value={userId}
        none={t("Does not sign in")}
        onChange={setUserId}
      />
    </>
  );
  return { body, ready, fields };
}
