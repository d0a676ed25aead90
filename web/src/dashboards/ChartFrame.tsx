import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { useScale } from "../kit/scale.ts";
import type { useReadValues } from "./reading-values.ts";

export interface Size {
  width: number;
  height: number;
}

interface ChartFrameProps {
  /** What the drawing shows, for whoever does not see it. */
  label: string;
  height: number;
  /** The value that is read now. */
  said: string | null;
  reading: ReturnType<typeof useReadValues>;
  children: (size: Size) => ReactNode;
}

/** Where a drawing stands: as wide as its place, with the value that is read under it. */
export function ChartFrame({ label, height, said, reading, children }: ChartFrameProps) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  // Drawn in pixels of the design, and enlarged as a whole.
  const scale = useScale();
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const measure = () => setWidth(Math.floor(element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div className="chart" ref={place}>
      {width > 0 && (
        <svg
          width={width}
          height={height * scale}
          viewBox={`0 0 ${width / scale} ${height}`}
          role="img"
          aria-label={label}
          aria-roledescription="chart"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: its values are read with the arrow keys
          tabIndex={0}
          onKeyDown={reading.onKeyDown}
          onBlur={reading.onBlur}
        >
          {children({ width: width / scale, height })}
        </svg>
      )}
      <p className="chart-said" role="status">
        {said}
      </p>
    </div>
  );
}
