import { roles } from "@isocenter/contract/enumerations";
import { type Permission, permissionTable, type Reach } from "@isocenter/contract/permissions";
import { Icon } from "../../kit/Icon.tsx";
import { roleWord } from "../../kit/roles.ts";
import { Tag } from "../../kit/Tag.tsx";
import { message, t } from "../../words/words.ts";
import { Page } from "../parts/Page.tsx";
import { permissionWords } from "./permission-words.ts";

const reachWords: Readonly<Record<Reach, string>> = {
  all: message("all"),
  "in-care": message("in care"),
  own: message("own"),
  final: message("final"),
  "for-bills": message("for bills"),
  status: message("states"),
  "final-in-care": message("final, in care"),
};

/** What each role may do: the table that the server asks, as it is. */
export default function RolesPage() {
  return (
    <Page
      readOnly
      title={t("Roles")}
      about={t("What is not in the table is denied. Whoever has several roles has the widest reach of them.")}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys too */}
      <section className="admin-card admin-scroll" tabIndex={0} aria-label={t("Permissions by role")}>
        <table className="admin-table matrix" aria-label={t("Permissions by role")}>
          <thead>
            <tr>
              <th scope="col" className="text-left!">
                {t("Permission")}
              </th>
              {roles.map((role) => (
                <th key={role} scope="col">
                  {roleWord(role)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(Object.keys(permissionTable) as Permission[]).map((permission) => (
              <tr key={permission}>
                <th scope="row">
                  {t(permissionWords[permission])}
                  <span className="mono block text-11! font-normal text-text-3">{permission}</span>
                </th>
                {roles.map((role) => (
                  <td key={role}>
                    <Cell reach={(permissionTable[permission] as Partial<Record<string, Reach>>)[role]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="text-12 text-text-3">
        {t(
          "“In care” are patients of one’s own; “own” what one placed, wrote or was told of oneself; “for bills” what a bill needs; “states” the state of work alone.",
        )}
      </p>
    </Page>
  );
}

function Cell({ reach }: { reach: Reach | undefined }) {
  if (!reach) return <span className="sr-only">{t("no")}</span>;
  if (reach !== "all") return <Tag tone="line">{t(reachWords[reach])}</Tag>;
  return (
    <>
      <Icon name="check" size="s" className="mx-auto text-ok" />
      <span className="sr-only">{t("all")}</span>
    </>
  );
}
