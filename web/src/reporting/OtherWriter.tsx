import type { Report } from "@isocenter/contract";
import { Button } from "../kit/Button.tsx";
import { t } from "../words/words.ts";
import { type Autosave, type TextKey, titleOf } from "./autosave.ts";

/** What somebody else wrote in the report meanwhile: where it joined what is here, and where one of two texts has to be chosen. */
export function OtherWriter({ autosave, template }: { autosave: Autosave; template: Report["template"] }) {
  const { newer, contested, joined } = autosave;
  const title = (key: TextKey) => titleOf(key, template);
  const fields = contested.filter((key) => key.startsWith("fields."));
  return (
    <>
      {newer && (
        <div className="note urg" role="alert">
          <div>
            <p>
              <strong>{t("Somebody else has changed this report while you wrote.")}</strong>{" "}
              {t("Nothing of yours is lost: it stands below, theirs beside it.")}{" "}
              {contested.map(title).join(", ")}
            </p>
            {/* A field has no room beside it. */}
            {fields.map((key) => (
              <p key={key}>
                {t("{section}, theirs", { section: title(key) })}: {newer.texts[key] || t("(empty)")}
              </p>
            ))}
          </div>
          <div className="mt-2 flex gap-2">
            <Button onClick={() => void autosave.resolve("mine")}>{t("Keep mine")}</Button>
            <Button onClick={() => void autosave.resolve("theirs")}>{t("Take theirs")}</Button>
          </div>
        </div>
      )}
      {joined.length > 0 && (
        <div className="note plain items-center" role="status">
          <p className="flex-1">
            {t("Somebody else changed this meanwhile, and it stands here now: {sections}.", {
              sections: joined.map(title).join(", "),
            })}
          </p>
          <Button size="s" onClick={() => autosave.seen()}>
            {t("I have seen it")}
          </Button>
        </div>
      )}
    </>
  );
}
