import type { UserWithPassword } from "@isocenter/contract";
import { roles } from "@isocenter/contract/enumerations";
import { useState } from "react";
import { useMe } from "../../api/client.ts";
import { Field } from "../../kit/Field.tsx";
import { Choices, FormDialog } from "../../kit/forms.tsx";
import { roleWord } from "../../kit/roles.ts";
import { useRun } from "../../kit/run.ts";
import { t } from "../../words/words.ts";
import { FacilitiesField } from "../parts/FacilityFields.tsx";
import { createUser } from "./user-calls.ts";

/** A new account. The server makes its first password, unless one is given. */
export function NewUser({
  onMade,
  onClose,
}: {
  onMade: (user: UserWithPassword) => void;
  onClose: () => void;
}) {
  const home = useMe()?.facilityIds[0];
  const [username, setUsername] = useState("");
  const [fullName, setFullName] = useState("");
  const [email, setEmail] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [at, setAt] = useState<string[]>(home ? [home] : []);
  const { busy, problem, run } = useRun("users");
  const submit = async () => {
    const made = await run(() =>
      createUser({
        username: username.trim(),
        fullName: fullName.trim(),
        roles: chosen,
        ...(email.trim() ? { email: email.trim() } : {}),
        ...(at.length > 0 ? { facilityIds: at } : {}),
      }),
    );
    if (made) onMade(made.answer);
  };
  return (
    <FormDialog
      title={t("New user")}
      description={t("The first password is made by the server and shown once.")}
      submit={t("Create user")}
      busy={busy}
      problem={problem}
      disabled={username.trim() === "" || fullName.trim() === "" || chosen.length === 0}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <Field
        label={t("Full name")}
        value={fullName}
        maxLength={256}
        required
        onChange={({ target }) => setFullName(target.value)}
      />
      <Field
        label={t("User name")}
        value={username}
        maxLength={128}
        required
        autoComplete="off"
        spellCheck={false}
        hint={t("Without spaces; no difference between upper and lower case")}
        onChange={({ target }) => setUsername(target.value)}
      />
      <Field
        label={t("E-mail (not needed)")}
        type="email"
        value={email}
        maxLength={254}
        onChange={({ target }) => setEmail(target.value)}
      />
      <Choices
        label={t("Roles")}
        options={roles.map((role) => ({ value: role, word: roleWord(role) }))}
        chosen={chosen}
        onChange={setChosen}
      />
      <FacilitiesField chosen={at} onChange={setAt} />
    </FormDialog>
  );
}
