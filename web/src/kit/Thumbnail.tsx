import { type CSSProperties, useEffect, useRef, useState } from "react";
import { fetchAuthorized, session } from "../api/client.ts";
import { errorOf } from "../api/problem.ts";
import { t } from "../words/words.ts";
import { Icon } from "./Icon.tsx";
import { createPictureCache } from "./picture-cache.ts";

const pictures = createPictureCache({
  load: async (url, signal) => {
    const response = await fetchAuthorized(url, {
      signal,
      headers: { accept: "image/jpeg, image/png, image/webp" },
    });
    if (!response.ok) throw await errorOf(response);
    return response.blob();
  },
  createUrl: (blob) => URL.createObjectURL(blob),
  revokeUrl: (url) => URL.revokeObjectURL(url),
  parallel: 6,
  keep: 300,
});
session.subscribe(() => {
  if (session.snapshot().status === "signed-out") pictures.clear();
});

interface ThumbnailProps {
  /** Null: there is no picture; undefined: not known yet. */
  url: string | null | undefined;
  /** Changes when the picture behind the address does. */
  version?: string | number;
  /** What it shows; empty where words beside it say so. */
  alt: string;
  className?: string;
  style?: CSSProperties;
}

/** A picture that needs a token; it loads when it comes near the screen. */
export function Thumbnail({ url, version = "", alt, className = "", style }: ThumbnailProps) {
  const box = useRef<HTMLSpanElement>(null);
  const [near, setNear] = useState(false);
  const [source, setSource] = useState<{ from: string; url: string } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const key = `${url}#${version}`;

  useEffect(() => {
    if (!box.current) return;
    const observer = new IntersectionObserver((seen) => setNear(seen.some((entry) => entry.isIntersecting)), {
      rootMargin: "200px",
      // The margin of the root ends at a list that scrolls by itself.
      scrollMargin: "200px",
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (!url || !near) return;
    let wanted = true;
    pictures.acquire(key, url).then(
      (objectUrl) => {
        if (wanted) setSource({ from: url, url: objectUrl });
      },
      () => {
        if (wanted) setFailed(key);
      },
    );
    return () => {
      wanted = false;
      pictures.release(key);
    };
  }, [key, url, near]);

  // A new version may show over the old one; another address never: it may be another patient.
  const shown = source && source.from === url && failed !== key ? source : null;
  return (
    <span ref={box} className={`thumb ${className}`} style={style}>
      {shown ? (
        <img src={shown.url} alt={alt} draggable={false} />
      ) : (
        (failed === key || url === null) && (
          <span className="none">
            <Icon name="image" size="s" />
            {alt && <span className="sr-only">{t("{what}: no picture", { what: alt })}</span>}
          </span>
        )
      )}
    </span>
  );
}
