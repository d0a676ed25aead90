import type { KeyImage, Measurement } from "@isocenter/contract";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient } from "../api/live.ts";
import { ApiError } from "../api/problem.ts";
import { saveFile } from "../kit/save-file.ts";
import { imagingModalities } from "../studies/format.ts";
import { studiesOfPatient, studyByUid } from "../studies/queries.ts";
import { type Desk, KeptConflict, type KeptHanging, type Sharing, type StudyMarks } from "../viewer/desk.ts";
import { t } from "../words/words.ts";

/** What the viewer keeps and asks for, by the REST API. */
export function createDesk(permissions: readonly string[]): Desk {
  const ids = new Map<string, Promise<string>>();

  /** The study's id in the API. */
  function idOf(studyInstanceUid: string): Promise<string> {
    let id = ids.get(studyInstanceUid);
    if (!id) {
      id = findStudy(studyInstanceUid);
      ids.set(studyInstanceUid, id);
      // What failed may be asked for again.
      id.catch(() => ids.delete(studyInstanceUid));
    }
    return id;
  }

  return {
    mayMark: permissions.includes("reports.write"),
    ...(permissions.includes("images.share")
      ? { sharingOf: (studyInstanceUid: string) => sharingOf(() => idOf(studyInstanceUid)) }
      : {}),
    ...(permissions.includes("images.export")
      ? { download: async (studyInstanceUid: string) => download(await idOf(studyInstanceUid)) }
      : {}),
    saveFile,
    marksOf: (studyInstanceUid) => marksOf(() => idOf(studyInstanceUid)),
    async priorsOf(studyInstanceUid) {
      const study = await oneStudy(studyInstanceUid);
      const { data } = await queryClient.fetchQuery(studiesOfPatient(study));
      const isBefore = (other: (typeof data)[number]) =>
        other.id !== study.id && momentOf(other) <= momentOf(study) && other.numberOfInstances > 0;
      return data.filter(isBefore).map((other) => ({
        studyInstanceUid: other.studyInstanceUid,
        date: other.studyDate ?? "",
        description: other.studyDescription ?? "",
        modalities: imagingModalities(other.modalities),
        bodyPart: other.bodyPart ?? "",
      }));
    },
    async readHangings() {
      const { viewerHangings } = await preferences();
      return (viewerHangings ?? {}) as Record<string, KeptHanging>;
    },
    async keepHanging(key, hanging) {
      const before = await preferences();
      const hangings = { ...(before.viewerHangings as object | undefined), [key]: hanging };
      await answerOf(
        api.PUT("/api/v1/users/me/preferences", { body: { ...before, viewerHangings: hangings } }),
      );
    },
  };
}

async function download(id: string): Promise<void> {
  const { data, response } = await api.GET("/api/v1/studies/{id}/export", {
    params: { path: { id } },
    headers: { accept: "application/zip" },
    parseAs: "blob",
  });
  const name = /filename="?([^";]+)"?/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  saveFile(data as Blob, name ?? "study.zip");
}

function sharingOf(id: () => Promise<string>): Sharing {
  const path = async () => ({ path: { id: await id() } });
  return {
    async share({ hours, report, note }) {
      const body = {
        expiresInHours: hours,
        includeReport: report,
        ...(note.trim() ? { note: note.trim() } : {}),
      };
      const made = await answerOf(api.POST("/api/v1/studies/{id}/share", { params: await path(), body }));
      return { url: made.url, expiresAt: made.expiresAt };
    },
    async links() {
      const { data } = await answerOf(api.GET("/api/v1/studies/{id}/shares", { params: await path() }));
      return data
        .filter(({ state }) => state === "OPEN")
        .map((share) => ({
          id: share.id,
          madeBy: share.createdBy.name,
          expiresAt: share.expiresAt,
          note: share.note ?? "",
          opened: share.opened,
        }));
    },
    async revoke(shareId) {
      await api.DELETE("/api/v1/shares/{id}", { params: { path: { id: shareId } } });
    },
  };
}

const momentOf = ({ studyDate, studyTime }: { studyDate: string | null; studyTime: string | null }) =>
  `${studyDate ?? ""} ${studyTime ?? ""}`;

const preferences = () =>
  answerOf(api.GET("/api/v1/users/me/preferences")) as Promise<Record<string, unknown>>;

const findStudy = async (studyInstanceUid: string) => (await oneStudy(studyInstanceUid)).id;

async function oneStudy(studyInstanceUid: string) {
  const { data } = await queryClient.fetchQuery(studyByUid(studyInstanceUid));
  const [study] = data;
  if (!study) throw new Error(t("The study is not in the archive any more."));
  return study;
}

/** A refusal for another's newer version, told apart from all others. */
async function orConflict<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 409 || error.status === 412)) throw new KeptConflict();
    throw error;
  }
}

function marksOf(id: () => Promise<string>): StudyMarks {
  const path = async () => ({ path: { id: await id() } });
  const ask = async () => answerOf(api.GET("/api/v1/studies/{id}/measurements", { params: await path() }));
  let asking: ReturnType<typeof ask> | undefined;
  /** One's own and those of others are wanted at the same moment: one answer is for both. */
  const measurements = () => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  return {
    measurements: {
      async read() {
        const { version, measurements: items } = await measurements();
        return { version, items: items as Measurement[] };
      },
      async write(items, expectedVersion) {
        const body = { measurements: [...items], expectedVersion };
        asking = undefined;
        const kept = await orConflict(
          answerOf(api.PUT("/api/v1/studies/{id}/measurements", { params: await path(), body })),
        );
        return { version: kept.version, items: kept.measurements as Measurement[] };
      },
    },
    async others() {
      const { others } = await measurements();
      return others.map((one) => ({ name: one.user.name, measurements: one.measurements as Measurement[] }));
    },
    async archiveMeasurements() {
      const { version, measurements: kept } = await measurements();
      await answerOf(
        api.PUT("/api/v1/studies/{id}/measurements", {
          params: { ...(await path()), query: { store: "dicom" } },
          body: { measurements: kept, expectedVersion: version },
        }),
      );
    },
    keyImages: {
      async read() {
        const { version, images } = await answerOf(
          api.GET("/api/v1/studies/{id}/key-images", { params: await path() }),
        );
        return { version, items: images as KeyImage[] };
      },
      async write(items, expectedVersion) {
        const body = { images: [...items], expectedVersion };
        const kept = await orConflict(
          answerOf(api.PUT("/api/v1/studies/{id}/key-images", { params: await path(), body })),
        );
        return { version: kept.version, items: kept.images as KeyImage[] };
      },
    },
  };
}
