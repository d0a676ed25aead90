import type { Image, Series, Study } from "@isocenter/contract";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api, useMe } from "../../api/client.ts";
import { queryClient } from "../../api/live.ts";
import { imagePreviewUrl } from "../../api/pictures.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { ReasonDialog } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { EmptyState, ErrorState } from "../../kit/States.tsx";
import { Thumbnail } from "../../kit/Thumbnail.tsx";
import { t } from "../../words/words.ts";
import { imageCount, objectCount } from "../format.ts";
import "./images.css";

const atOnce = 24;
const pixels = 200;

interface ImagesDialogProps {
  study: Pick<Study, "id" | "version">;
  series: Series;
  name: string;
  onClose: () => void;
}

/** The images of one series, each of which may be deleted for a reason by whoever corrects images. */
export default function ImagesDialog({ study, series, name, onClose }: ImagesDialogProps) {
  const [deleting, setDeleting] = useState<Image | null>(null);
  const [deleted, setDeleted] = useState<Deleted | null>(null);
  const list = useInfiniteQuery({
    queryKey: ["images", "of-series", series.id],
    meta: { live: ["image", "series", "study"] },
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET("/api/v1/studies/{id}/series/{seriesUID}/images", {
          params: {
            path: { id: study.id, seriesUID: series.seriesInstanceUid },
            query: { limit: atOnce, offset: pageParam },
          },
          signal,
        }),
      ),
    getNextPageParam: ({ pagination }) =>
      pagination.next === null ? undefined : pagination.offset + pagination.limit,
  });
  const images = list.data?.pages.flatMap(({ data }) => data);
  const total = list.data?.pages[0]?.pagination.total ?? 0;
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={name}
      description={images && countWord(series)(total)}
    >
      {deleted && <JustDeleted deleted={deleted} onBack={() => setDeleted(null)} />}
      {list.isError && !images ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : !images ? (
        <Skeleton width="100%" height={160} />
      ) : images.length === 0 ? (
        <EmptyState title={t("No image")} icon="image">
          {t("All images of this series are deleted.")}
        </EmptyState>
      ) : (
        <>
          <ul className="image-grid" aria-label={t("Images")}>
            {images.map((image, index) => (
              <li key={image.id}>
                <Thumbnail
                  url={image.rows === null ? null : imagePreviewUrl(image.id, pixels)}
                  version={image.version}
                  alt={t("Image {number}", { number: numberOf(image, index) })}
                />
                <span className="flex items-center gap-1">
                  <span className="flex-1 text-12 text-text-2 tabular-nums">{numberOf(image, index)}</span>
                  {image.actions.includes("delete") && (
                    <Button
                      size="s"
                      variant="ghost"
                      aria-label={t("Delete image {number}", { number: numberOf(image, index) })}
                      onClick={() => setDeleting(image)}
                    >
                      {t("Delete")}
                    </Button>
                  )}
                </span>
              </li>
            ))}
          </ul>
          {list.hasNextPage && (
            <div className="mt-3 flex items-center justify-center gap-3">
              <span className="text-12 text-text-3" role="status">
                {t("{shown} of {total}", { shown: images.length, total })}
              </span>
              <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t("Show more")}
              </Button>
            </div>
          )}
        </>
      )}
      {deleting && (
        <DeleteImage
          image={deleting}
          number={numberOf(deleting, images?.indexOf(deleting) ?? 0)}
          onClose={() => setDeleting(null)}
          onDeleted={(gone) => {
            setDeleting(null);
            setDeleted(gone);
          }}
        />
      )}
    </Dialog>
  );
}

/** All objects of the series stand here, those without a picture as well. */
const countWord = ({ numberOfImages, numberOfInstances }: Series) =>
  numberOfImages === numberOfInstances ? imageCount : objectCount;

const numberOf = ({ instanceNumber }: Image, index: number): number => instanceNumber ?? index + 1;

const again = () =>
  Promise.all(
    ["images", "series", "studies", "worklist"].map((key) =>
      queryClient.invalidateQueries({ queryKey: [key] }),
    ),
  );

interface Deleted {
  id: string;
  number: number;
}

/** What was deleted last, with the way back: it stands in the window, since nothing outside it can be reached. */
function JustDeleted({ deleted, onBack }: { deleted: Deleted; onBack: () => void }) {
  const { busy, problem, run } = useRun("images");
  const mayRestore = useMe()?.permissions.includes("retention.manage") ?? false;
  const { id, number } = deleted;
  const restore = async () => {
    const work = () => answerOf(api.POST("/api/v1/images/{id}/restore", { params: { path: { id } } }));
    if (!(await run(work, t("Image {number} is back", { number })))) return;
    await again();
    onBack();
  };
  return (
    <div className="note plain mb-3 items-center" role="status">
      <span className="flex-1">
        {t("Image {number} is deleted", { number })}
        {problem && <span className="block text-crit">{problem}</span>}
      </span>
      {mayRestore && (
        <Button size="s" busy={busy} onClick={() => void restore()}>
          {t("Undo")}
        </Button>
      )}
    </div>
  );
}

function DeleteImage({
  image,
  number,
  onClose,
  onDeleted,
}: {
  image: Image;
  number: number;
  onClose: () => void;
  onDeleted: (deleted: Deleted) => void;
}) {
  const { busy, problem, run } = useRun("images");
  const mayRestore = useMe()?.permissions.includes("retention.manage") ?? false;
  const one = { params: { path: { id: image.id } } };
  const remove = async (reason: string) => {
    if (!(await run(() => answerOf(api.DELETE("/api/v1/images/{id}", { ...one, body: { reason } }))))) return;
    onDeleted({ id: image.id, number });
    await again();
  };
  return (
    <ReasonDialog
      title={t("Delete image {number}", { number })}
      description={
        mayRestore
          ? t("It leaves every list and viewer. You can bring it back until it is purged.")
          : t("It leaves every list and viewer. An administrator can bring it back until it is purged.")
      }
      submit={t("Delete")}
      danger
      busy={busy}
      problem={problem}
      onSubmit={(reason) => void remove(reason)}
      onClose={onClose}
    />
  );
}
