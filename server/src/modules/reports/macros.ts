import type {
  ChangeReportMacro,
  CreateReportMacro,
  ReportMacro,
  ReportMacroListQuery,
} from "@isocenter/contract";
import {
  type Clock,
  checkVersion,
  type Fragment,
  keysetPage,
  type ListPage,
  mapPage,
  newId,
  type Reader,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { readText } from "./content.ts";
import { requirePerson } from "./report.ts";

/** What one person may have. */
const mostMacros = 500;

interface Row extends Omit<ReportMacro, "createdAt" | "updatedAt" | "actions"> {
  createdAt: Date;
  updatedAt: Date;
}

const columns = (sql: Reader): Fragment =>
  sql`m.id, m.name, m.text, m.version, m.created_at as "createdAt", m.updated_at as "updatedAt"`;

const toMacro = (row: Row): ReportMacro => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  // Nobody else sees it.
  actions: ["change", "delete"],
});

const noMacro = (): Refusal => new Refusal("not-found", "macro.not-found", "There is no such auto-text.");
const nameTaken = (): Refusal =>
  new Refusal("conflict", "macro.name-taken", "You have an auto-text of this name already.");

function owner(viewer: Viewer): string {
  requirePermission(viewer, "reports.write");
  requirePerson(viewer);
  return viewer.id;
}

/** The viewer's own auto-text, by name when `sort` is left out. */
export async function listMacros(
  reader: Reader,
  viewer: Viewer,
  query: ReportMacroListQuery,
): Promise<ListPage<ReportMacro>> {
  const userId = owner(viewer);
  const page = await keysetPage<Row, "name" | "createdAt">(reader, query, {
    name: "report-macros",
    sorts: {
      name: { by: reader`m.name`, type: "text" },
      createdAt: { by: reader`m.created_at`, type: "timestamptz" },
    },
    fallback: "name",
    id: reader`m.id`,
    columns: columns(reader),
    from: reader`report_macro m`,
    where: reader`m.user_id = ${userId}`,
  });
  return mapPage(page, toMacro);
}

/** @throws Refusal `not-found` (`macro.not-found`) where it is not the viewer's */
export async function getMacro(reader: Reader, viewer: Viewer, macroId: string): Promise<ReportMacro> {
  const [row] = await reader<Row[]>`
    select ${columns(reader)} from report_macro m where m.id = ${macroId} and m.user_id = ${owner(viewer)}`;
  if (!row) throw noMacro();
  return toMacro(row);
}

/** @throws Refusal `conflict` (`macro.name-taken`, `macro.too-many`), `invalid` */
export async function createMacro(
  tx: Tx,
  viewer: Viewer,
  input: CreateReportMacro,
  clock: Clock,
): Promise<string> {
  const userId = owner(viewer);
  // One at a time for each person, so that the bound holds.
  await tx`select 1 from app_user where id = ${userId} for no key update`;
  const [count] = await tx<{ count: number }[]>`
    select count(*)::int as count from report_macro where user_id = ${userId}`;
  if ((count?.count ?? 0) >= mostMacros)
    throw new Refusal("conflict", "macro.too-many", `A person has at most ${mostMacros} auto-texts.`);
  const id = newId(clock);
  const now = clock.now();
  const inserted = await tx`
    insert into report_macro ${tx({
      id,
      user_id: userId,
      name: input.name,
      text: readText(input.text, "text"),
      created_at: now,
      updated_at: now,
    })} on conflict (user_id, lower(name)) do nothing`;
  if (inserted.count === 0) throw nameTaken();
  return id;
}

/** @throws Refusal `not-found` (`macro.not-found`), `conflict` (`version.conflict`, `macro.name-taken`), `invalid` */
export async function changeMacro(
  tx: Tx,
  viewer: Viewer,
  macroId: string,
  { name, text, expectedVersion }: ChangeReportMacro,
  clock: Clock,
): Promise<void> {
  const [row] = await tx<{ version: number; name: string; text: string }[]>`
    select version, name, text from report_macro where id = ${macroId} and user_id = ${owner(viewer)} for update`;
  if (!row) throw noMacro();
  checkVersion(expectedVersion, row.version);
  const columns = {
    name: name ?? row.name,
    text: text === undefined ? row.text : readText(text, "text"),
    updated_at: clock.now(),
  };
  await tx`update report_macro set ${tx(columns)}, version = version + 1 where id = ${macroId}`.catch(
    (error: { code?: string }) => {
      // unique_violation (PostgreSQL, appendix A).
      throw error.code === "23505" ? nameTaken() : error;
    },
  );
}

/** @throws Refusal `not-found` (`macro.not-found`) */
export async function deleteMacro(tx: Tx, viewer: Viewer, macroId: string): Promise<void> {
  const deleted = await tx`delete from report_macro where id = ${macroId} and user_id = ${owner(viewer)}`;
  if (deleted.count === 0) throw noMacro();
}
