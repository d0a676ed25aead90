/** A grey bar in the place of text that is on its way; it shows after 150 ms only. */
export function Skeleton({ width, height }: { width: string; height?: number }) {
  return (
    <div
      className="skeleton after-150ms"
      style={{ width, ...(height ? { height: `${height / 16}rem` } : {}) }}
      aria-hidden="true"
    />
  );
}
