import type { KeyImage, KeyImageTitle } from "@isocenter/contract";
import { useRef, useState } from "react";
import { joined } from "../../kit/joined.ts";
import { t } from "../../words/words.ts";
import type { MarkedStudy } from "../marks/study-marks.ts";
import { keyImageWords, placeWords, titleWords } from "../marks/words.ts";
import { Icon } from "./icons.tsx";
import { citedAt, type Place, type Places } from "./places.ts";
import { RowButton } from "./RowButton.tsx";
import { lookAtPictures } from "./SidePanel.tsx";

interface KeyImageRowProps {
  image: KeyImage;
  marked: MarkedStudy | undefined;
  mayMark: boolean;
  places: Places;
  onGo: (place: Place) => void;
  onInsertKeyImage: ((image: KeyImage) => void) | undefined;
}

/** A key image: where it is, what it is chosen for and what is to be seen, and what may be done with it. */
export function KeyImageRow({ image, marked, mayMark, places, onGo, onInsertKeyImage }: KeyImageRowProps) {
  const [describing, setDescribing] = useState(false);
  const describe = useRef<HTMLButtonElement>(null);
  const place = places.ofInstance(image);
  const text = place ? placeWords(citedAt(place)) : t("on an image that is not open");
  return (
    <li data-key-image={image.title ?? "OF_INTEREST"}>
      <Icon name="star" />
      {describing ? (
        <Description
          image={image}
          onDone={(said) => {
            if (said) marked?.describeKeyImage(image, said);
            setDescribing(false);
          }}
          leave={() => describe.current?.focus()}
        />
      ) : (
        <button
          type="button"
          className="vw-mark-go"
          disabled={!place}
          onClick={(event) => {
            if (place) onGo(place);
            lookAtPictures(event);
          }}
        >
          <b>{text}</b>
          <small>{joined(keyImageWords(image), place?.series.description)}</small>
        </button>
      )}
      <span className="vw-mark-actions">
        {onInsertKeyImage && place && (
          <RowButton
            icon="report"
            label={t("Into the report: {text}", { text })}
            onClick={() => onInsertKeyImage(image)}
          />
        )}
        {mayMark && (
          <>
            <RowButton
              ref={describe}
              icon="rename"
              label={t("Describe {text}", { text })}
              onClick={() => setDescribing(true)}
            />
            <RowButton
              icon="trash"
              label={t("No longer a key image: {text}", { text })}
              onClick={() => marked?.removeKeyImage(image)}
            />
          </>
        )}
      </span>
    </li>
  );
}

interface DescriptionProps {
  image: KeyImage;
  /** With what is said, or without it where it was given up. */
  onDone: (said?: Pick<KeyImage, "title" | "note">) => void;
  /** Gives the keyboard back. */
  leave: () => void;
}

/** Leaving both fields keeps what stands in them, as Enter does; Escape does not. */
function Description({ image, onDone, leave }: DescriptionProps) {
  const title = useRef<HTMLSelectElement>(null);
  const note = useRef<HTMLInputElement>(null);
  const givenUp = useRef(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears what happens in its fields.
    <div
      className="vw-key-description"
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        givenUp.current = event.key === "Escape";
        leave();
      }}
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        if (givenUp.current) onDone();
        else onDone({ title: title.current?.value as KeyImageTitle, note: note.current?.value ?? "" });
      }}
    >
      <select ref={title} aria-label={t("What the image is for")} defaultValue={image.title ?? "OF_INTEREST"}>
        {Object.entries(titleWords).map(([value, words]) => (
          <option key={value} value={value}>
            {t(words)}
          </option>
        ))}
      </select>
      <input
        ref={note}
        className="vw-mark-name"
        // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here.
        autoFocus
        maxLength={1024}
        aria-label={t("What is to be seen")}
        placeholder={t("What is to be seen")}
        defaultValue={image.note ?? ""}
      />
    </div>
  );
}
