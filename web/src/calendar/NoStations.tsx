import { EmptyState } from "../kit/States.tsx";
import { ToSection } from "../kit/ToSection.tsx";
import { t } from "../words/words.ts";

/** Nothing can be booked yet; an administrator is led to where it is made possible. */
export function NoStations() {
  return (
    <EmptyState
      title={t("This facility has no stations yet")}
      icon="calendar"
      action={
        <>
          <ToSection section="stations" permission="catalogue.manage">
            {t("Add stations")}
          </ToSection>
          <ToSection section="procedures" permission="catalogue.manage">
            {t("Say what can be ordered")}
          </ToSection>
        </>
      }
    >
      {t("An administrator adds the machines and rooms that can be booked, with their opening hours.")}
    </EmptyState>
  );
}
