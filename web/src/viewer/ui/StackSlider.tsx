import { type PointerEvent, useRef } from "react";
import { t } from "../../words/words.ts";
import type { Prefetcher } from "../stack/prefetcher.ts";
import { useStore } from "./use-store.ts";

interface StackSliderProps {
  prefetcher: Prefetcher;
  imageIds: readonly string[];
  index: number;
  onChange: (index: number) => void;
}

/** Where the image lies in its stack, and which images are at hand; drag to go. */
export function StackSlider({ prefetcher, imageIds, index, onChange }: StackSliderProps) {
  useStore(prefetcher.version);
  const track = useRef<HTMLDivElement>(null);
  const count = imageIds.length;
  if (count < 2) return null;
  const go = (event: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    if (!box) return;
    const part = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    onChange(Math.min(count - 1, Math.floor(part * count)));
  };
  return (
    <div
      className="vw-slider"
      role="slider"
      tabIndex={-1}
      aria-label={t("Image in the stack")}
      aria-orientation="vertical"
      aria-valuemin={1}
      aria-valuemax={count}
      aria-valuenow={index + 1}
      aria-valuetext={t("Image {number} of {total}", { number: index + 1, total: count })}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) go(event);
      }}
    >
      <div ref={track} className="vw-slider-track">
        {loadedRuns(imageIds, prefetcher).map(([from, to]) => (
          <i
            key={from}
            style={{ top: `${(from / count) * 100}%`, height: `${((to - from) / count) * 100}%` }}
          />
        ))}
        <u style={{ top: `${((index + 0.5) / count) * 100}%` }} />
      </div>
    </div>
  );
}

/** Stretches of loaded images, each from the first to behind the last. */
function loadedRuns(imageIds: readonly string[], prefetcher: Prefetcher): [number, number][] {
  const runs: [number, number][] = [];
  imageIds.forEach((imageId, index) => {
    if (!prefetcher.isLoaded(imageId)) return;
    const last = runs[runs.length - 1];
    if (last?.[1] === index) last[1] = index + 1;
    else runs.push([index, index + 1]);
  });
  return runs;
}
