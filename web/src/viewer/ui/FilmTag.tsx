import { joined } from "../../kit/joined.ts";
import { t } from "../../words/words.ts";
import { filmSaid, type Playback, playbackIn } from "../model/playback.ts";
import type { Presented } from "../model/presentation-states.ts";
import type { ViewportState } from "../stack/viewport-state.ts";

interface FilmTagProps {
  state: ViewportState;
  presented: Presented | undefined;
}

/** Says over a film that is played what of it is left out, and that it goes back and forth, where it says itself that it is to be played so. */
export function FilmTag({ state: { images, index, playing }, presented }: FilmTagProps) {
  const image = images[index];
  if (!playing || !image) return null;
  const playback: Playback | undefined = presented?.playback ?? playbackIn(image.attributes);
  const said = filmSaid(images, index, playback);
  if (!said) return null;
  const { played, total, sweeps } = said;
  return (
    <span className="vw-film-tag" role="note">
      {joined(
        played < total ? t("Plays {played} of {total} images", { played, total }) : "",
        sweeps ? t("back and forth") : "",
      )}
    </span>
  );
}
