import { momentIn } from "../kit/dates.ts";
import { Icon } from "../kit/Icon.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { useStudyLog } from "./notes.ts";

/** What the technologist said of the examination; nothing where they said nothing. */
export function TechnologistNotes({ studyId }: { studyId: string }) {
  const log = useStudyLog(studyId);
  const timeZone = useTimeZone();
  if (!log.data || log.data.length === 0) return null;
  return (
    <section aria-label={t("From the technologist")}>
      <h3 className="text-12 text-text-3">{t("From the technologist")}</h3>
      <ul className="mt-1 grid gap-1.5">
        {log.data.map(({ id, action, note, actor, at }) => (
          <li key={id}>
            {action === "QUALITY_ACCEPTED" ? (
              <span className="flex items-center gap-1 text-12 text-ok">
                <Icon name="check" size="s" />
                {t("Images checked and accepted")}
              </span>
            ) : null}
            {note && <span className="block whitespace-pre-line [overflow-wrap:anywhere]">{note}</span>}
            <span className="block text-12 text-text-3">
              {actor.name}, {momentIn(timeZone, at)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
