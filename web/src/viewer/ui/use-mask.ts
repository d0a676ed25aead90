import type { Hung } from "../hanging/hang.ts";
import type { StackImage } from "../model/image.ts";
import { canBeMasked, type MaskChoice, maskingOf } from "../model/mask.ts";
import { maskIn } from "../pixels/subtracted.ts";
import type { Commands } from "./commands.ts";
import type { Hanging } from "./use-hanging.ts";

type MaskCommands = Pick<Commands, "mask" | "maskHere" | "moveMask">;

/** Subtraction in the active viewport: whether it is on, undefined where there is nothing to subtract, and its commands. */
export function maskCommands(
  hanging: Hanging,
  image: StackImage | undefined,
): { masked: boolean | undefined; commands: MaskCommands } {
  const hung = hanging.hungIn(hanging.active);
  const series = hanging.seriesIn(hanging.active);
  const isPossible = hung !== undefined && !hung.plane && !hung.solid && canBeMasked(image);
  const choice = isPossible && series ? maskIn(hung.mask, series.images) : undefined;
  const put = (mask: Hung["mask"]) => {
    if (isPossible) hanging.put(hanging.active, { ...hung, ...(mask === undefined ? {} : { mask }) });
  };
  const shiftNow = (of: MaskChoice) => of.shift ?? (image && maskingOf(image, of)?.shift) ?? [0, 0];
  return {
    masked: isPossible ? choice !== undefined : undefined,
    commands: {
      mask: () => put(choice ? false : {}),
      maskHere: () => {
        if (image) put({ frame: image.frameNumber });
      },
      moveMask(down, left) {
        if (!choice) return;
        const [downNow, leftNow] = shiftNow(choice);
        put({ ...choice, shift: [downNow + down, leftNow + left] });
      },
    },
  };
}
