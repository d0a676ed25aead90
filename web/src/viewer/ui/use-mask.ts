import type { StackImage } from "../model/image.ts";
import { canBeMasked, type MaskChoice, maskingOf } from "../model/mask.ts";
import type { PresentationState } from "../model/presentation-states.ts";
import { maskIn, stateFor } from "../pixels/subtracted.ts";
import type { Commands } from "./commands.ts";
import type { Hanging } from "./use-hanging.ts";

type MaskCommands = Pick<Commands, "mask" | "maskHere" | "moveMask">;

/** Subtraction in the active viewport: whether it is on, undefined where there is nothing to subtract, and its commands. */
export function maskCommands(
  hanging: Hanging,
  image: StackImage | undefined,
  presentation: PresentationState | undefined,
): { masked: boolean | undefined; commands: MaskCommands } {
  const hung = hanging.hungIn(hanging.active);
  const series = hanging.seriesIn(hanging.active);
  const isPossible = hung !== undefined && !hung.plane && !hung.solid && canBeMasked(image);
  const images = isPossible && series ? series.images : [];
  const subtraction = isPossible ? maskIn(hung.mask, images, presentation) : undefined;
  const under = stateFor(presentation, images)?.sopInstanceUid ?? "";
  const put = (choice: MaskChoice | false) => {
    if (isPossible) hanging.put(hanging.active, { ...hung, mask: { choice, under } });
  };
  return {
    masked: isPossible ? subtraction !== undefined : undefined,
    commands: {
      mask: () => put(subtraction ? false : {}),
      maskHere: () => {
        if (image) put({ frame: image.frameNumber });
      },
      moveMask(down, left) {
        if (!subtraction) return;
        const { choice, state } = subtraction;
        const masking = image && maskingOf(image, choice, state?.maskingOf);
        const [downNow, leftNow] = choice.shift ?? masking?.shift ?? [0, 0];
        put({ ...choice, shift: [downNow + down, leftNow + left] });
      },
    },
  };
}
