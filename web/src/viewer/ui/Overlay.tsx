import { message, t } from "../../words/words.ts";
import type { EdgeLetters } from "../model/geometry.ts";
import { overlayText } from "../model/overlay.ts";
import { gapsIn } from "../space/gaps.ts";
import type { ViewportState } from "../stack/viewport-state.ts";

/** The texts in the corners and the letters at the edges. */
export function Overlay({ state }: { state: ViewportState }) {
  if (!state.shown) return null;
  const text = overlayText({
    image: state.shown,
    number: state.shownIndex + 1,
    total: state.images.length,
    window: state.window,
    windowName: state.windowName,
    inverted: state.reversed,
    zoom: state.zoom,
    isAfterGap: gapsIn(state.images).has(state.shownIndex),
  });
  return (
    <div className="vw-overlay">
      <Corner place="tl" lines={text.topLeft} lesser={text.lesser} />
      <Corner place="tr" lines={text.topRight} lesser={text.lesser} />
      <Corner place="bl" lines={text.bottomLeft} lesser={text.lesser} />
      <Corner place="br" lines={text.bottomRight} lesser={text.lesser} />
      <Letters letters={state.letters} />
    </div>
  );
}

interface CornerProps {
  place: "tl" | "tr" | "bl" | "br";
  lines: readonly string[];
  lesser: readonly string[];
}

function Corner({ place, lines, lesser }: CornerProps) {
  if (lines.length === 0) return null;
  return (
    <div className="vw-corner" data-place={place}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity but their place.
        <span key={index} data-lesser={lesser.includes(line) || undefined}>
          {line}
        </span>
      ))}
    </div>
  );
}

const edgeWords: Readonly<Record<keyof EdgeLetters, string>> = {
  top: message("top: {letters}"),
  right: message("right: {letters}"),
  bottom: message("bottom: {letters}"),
  left: message("left: {letters}"),
};

function Letters({ letters }: { letters: EdgeLetters }) {
  const edges = Object.entries(letters).filter(([, text]) => text !== "");
  return edges.map(([edge, text]) => (
    <b
      key={edge}
      className="vw-letter"
      data-edge={edge}
      role="img"
      aria-label={t(edgeWords[edge as keyof EdgeLetters], { letters: text })}
    >
      {text}
    </b>
  ));
}
