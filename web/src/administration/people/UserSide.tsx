import type { UserDetails } from "@isocenter/contract";
import { roles } from "@isocenter/contract/enumerations";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { ConfirmDialog } from "../../kit/ConfirmDialog.tsx";
import { momentIn } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { Choices } from "../../kit/forms.tsx";
import { joined } from "../../kit/joined.ts";
import { roleWord } from "../../kit/roles.ts";
import { useRun } from "../../kit/run.ts";
import { useTimeZone } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { DetailsForm } from "../parts/DetailsForm.tsx";
import { Edited } from "../parts/Edited.tsx";
import { FacilitiesField } from "../parts/FacilityFields.tsx";
import { useFacilityOptions } from "../parts/facilities.ts";
import { Answer } from "../parts/Listing.tsx";
import { Side } from "../parts/Page.tsx";
import { activateUser, deactivateUser, endSessions, resetPassword, updateUser } from "./user-calls.ts";

/** One user: what changes them, and where they are signed in. */
export function UserSide({
  user,
  onClose,
  onSecret,
}: {
  user: UserDetails;
  onClose: () => void;
  onSecret: (password: string) => void;
}) {
  const [resetting, setResetting] = useState(false);
  const { busy, problem, run, act } = useRun("users");
  const may = (action: UserDetails["actions"][number]) => user.actions.includes(action);
  const reset = async () => {
    const done = await run(() => resetPassword(user.id, user.version));
    if (!done) return;
    setResetting(false);
    if (done.answer.temporaryPassword) onSecret(done.answer.temporaryPassword);
  };
  return (
    <Side title={user.fullName} about={user.username} onClose={onClose}>
      {may("edit") && (
        <Edited key={user.id} value={user}>
          {(kept, saved) => <EditUser user={kept} onSaved={saved} />}
        </Edited>
      )}
      <section className="flex flex-wrap gap-2" aria-label={t("Account")}>
        {may("reset-password") && (
          <Button icon="key" busy={busy} onClick={() => setResetting(true)}>
            {t("Reset password")}
          </Button>
        )}
        {may("deactivate") && (
          <Button
            variant="danger"
            busy={busy}
            onClick={() =>
              void act(() => deactivateUser(user.id, user.version), t("The account is disabled"))
            }
          >
            {t("Disable")}
          </Button>
        )}
        {may("activate") && (
          <Button
            busy={busy}
            onClick={() =>
              void act(() => activateUser(user.id, user.version), t("The account is active again"))
            }
          >
            {t("Enable again")}
          </Button>
        )}
      </section>
      {may("sessions") && <Sessions user={user} />}
      {resetting && (
        <ConfirmDialog
          title={t("Reset the password of {username}?", { username: user.username })}
          description={t(
            "The one they have counts no more, and they are signed out wherever they work. The new one is shown once.",
          )}
          submit={t("Reset password")}
          busy={busy}
          problem={problem}
          onConfirm={() => void reset()}
          onClose={() => setResetting(false)}
        />
      )}
    </Side>
  );
}

function EditUser({ user, onSaved }: { user: UserDetails; onSaved: () => void }) {
  const facilities = useFacilityOptions();
  const [fullName, setFullName] = useState(user.fullName);
  const [email, setEmail] = useState(user.email ?? "");
  const [chosen, setChosen] = useState<string[]>(user.roles);
  const [at, setAt] = useState<string[]>(user.facilityIds);
  const save = () =>
    updateUser(user.id, {
      fullName: fullName.trim(),
      email: email.trim() || null,
      roles: chosen,
      ...(facilities.length > 1 ? { facilityIds: at } : {}),
      expectedVersion: user.version,
    });
  return (
    <DetailsForm
      subject="users"
      ready={fullName.trim() !== "" && chosen.length > 0 && (facilities.length <= 1 || at.length > 0)}
      save={save}
      onSaved={onSaved}
    >
      <Field
        label={t("Full name")}
        value={fullName}
        maxLength={256}
        onChange={({ target }) => setFullName(target.value)}
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
    </DetailsForm>
  );
}

function Sessions({ user }: { user: UserDetails }) {
  const timeZone = useTimeZone();
  const { busy, act } = useRun("users");
  const sessions = useQuery({
    queryKey: ["users", "sessions", user.id],
    meta: { live: ["session"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/users/{id}/sessions", {
          params: { path: { id: user.id }, query: { limit: 50 } },
          signal,
        }),
      ),
  });
  return (
    <section aria-label={t("Open sessions")}>
      <h3>{t("Open sessions")}</h3>
      <Answer query={sessions}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="mt-1 text-12 text-text-2">{t("Signed in nowhere.")}</p>
          ) : (
            <>
              <ul className="mt-1 grid grid-cols-1 gap-2 text-12">
                {data.map((session) => (
                  <li key={session.id} className="min-w-0">
                    <span className="block truncate">{session.userAgent ?? t("Unknown program")}</span>
                    <span className="text-text-3">
                      {joined(session.address, momentIn(timeZone, session.lastUsedAt))}
                    </span>
                  </li>
                ))}
              </ul>
              {user.actions.includes("end-sessions") && (
                <Button
                  className="mt-2"
                  busy={busy}
                  onClick={() => void act(() => endSessions(user.id), t("All sessions are ended"))}
                >
                  {t("End all sessions")}
                </Button>
              )}
            </>
          )
        }
      </Answer>
    </section>
  );
}
