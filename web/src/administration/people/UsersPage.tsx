import type { Role, UserDetails } from "@isocenter/contract";
import { roles } from "@isocenter/contract/enumerations";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { momentIn } from "../../kit/dates.ts";
import { OnceDialog, Select } from "../../kit/forms.tsx";
import { roleWord } from "../../kit/roles.ts";
import { NoMatch } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { Tag } from "../../kit/Tag.tsx";
import { useTimeZone } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { AddressField } from "../parts/AddressField.tsx";
import { useAddress } from "../parts/address.ts";
import { useFacilityName } from "../parts/facilities.ts";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { NewUser } from "./NewUser.tsx";
import { UserSide } from "./UserSide.tsx";

/** Who may sign in, as what and where. */
export default function UsersPage() {
  const { state, change } = useAddress();
  const timeZone = useTimeZone();
  const facilityName = useFacilityName();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<{ username: string; password: string } | null>(null);
  const active = state.status === "active" ? true : state.status === "disabled" ? false : undefined;
  const list = usePages(["users", state.q, state.role, state.status], ["user", "session"], (paging, signal) =>
    answerOf(
      api.GET("/api/v1/users", {
        params: {
          query: {
            ...paging,
            sort: "fullName",
            ...(state.q ? { query: state.q } : {}),
            ...(state.role ? { role: state.role } : {}),
            ...(active === undefined ? {} : { active }),
          },
        },
        signal,
      }),
    ),
  );
  useShortcuts(t("Users"), [
    { caps: ["N"], label: t("new user"), on: ["n"], inBar: true, run: () => setAdding(true) },
  ]);
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Users")}
      about={t("Whoever signs in, with their roles and facilities")}
      actions={
        <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
          {t("New user")}
        </Button>
      }
      side={
        opened && (
          <UserSide
            key={opened.id}
            user={opened}
            onClose={() => change({ id: undefined })}
            onSecret={(password) => setSecret({ username: opened.username, password })}
          />
        )
      }
    >
      <search className="filters">
        <AddressField label={t("Name or user name")} value={state.q} onChange={(q) => change({ q })} />
        <Select
          label={t("Role")}
          value={state.role ?? ""}
          options={[
            { value: "", word: t("All roles") },
            ...roles.map((role) => ({ value: role, word: roleWord(role) })),
          ]}
          onChange={(role) => change({ role })}
        />
        <Select
          label={t("State")}
          value={state.status ?? ""}
          options={[
            { value: "", word: t("All") },
            { value: "active", word: t("Active") },
            { value: "disabled", word: t("Disabled") },
          ]}
          onChange={(status) => change({ status })}
        />
      </search>
      <Card title={t("Users")} count={list.total}>
        <Listing
          list={list}
          empty={
            <NoMatch
              title={t("No such user")}
              action={
                <Button onClick={() => change({ q: "", role: "", status: "" })}>
                  {t("Clear the filters")}
                </Button>
              }
            >
              {t("Nobody answers to these filters.")}
            </NoMatch>
          }
        >
          {(rows) => (
            <Table<UserDetails>
              label={t("Users")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                { head: t("Name"), cell: (user) => <Two a={user.fullName} b={user.username} /> },
                {
                  head: t("Roles"),
                  cell: (user) => (
                    <span className="tags">
                      {user.roles.map((role) => (
                        <Tag key={role}>{roleWord(role as Role)}</Tag>
                      ))}
                    </span>
                  ),
                },
                {
                  head: t("Facilities"),
                  less: true,
                  cell: (user) => user.facilityIds.map(facilityName).filter(Boolean).join(", "),
                },
                {
                  head: t("Last sign-in"),
                  less: true,
                  cell: (user) => (
                    <span className="when">
                      {user.lastSignInAt ? momentIn(timeZone, user.lastSignInAt) : t("never")}
                    </span>
                  ),
                },
                { head: t("State"), cell: (user) => <UserState user={user} /> },
              ]}
            />
          )}
        </Listing>
      </Card>
      {adding && (
        <NewUser
          onClose={() => setAdding(false)}
          onMade={(user) => {
            setAdding(false);
            change({ id: user.id });
            if (user.temporaryPassword) {
              setSecret({ username: user.username, password: user.temporaryPassword });
            }
          }}
        />
      )}
      {secret && (
        <OnceDialog
          title={t("The password of {username}", { username: secret.username })}
          what={t("Password")}
          secret={secret.password}
          hint={t("Hand it over in person. It must be changed at the first sign-in.")}
          onClose={() => setSecret(null)}
        />
      )}
    </Page>
  );
}

function UserState({ user }: { user: UserDetails }) {
  if (!user.active) return <Tag tone="line">{t("Disabled")}</Tag>;
  if (user.lockedUntil && Date.parse(user.lockedUntil) > Date.now()) {
    return (
      <Tag tone="urg" icon="lock">
        {t("Locked")}
      </Tag>
    );
  }
  if (user.mustChangePassword) return <Tag tone="beam">{t("First password")}</Tag>;
  return <Tag tone="ok">{t("Active")}</Tag>;
}
