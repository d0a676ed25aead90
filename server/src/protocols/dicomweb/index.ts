/**
 * DICOMweb (PS3.18) under `/dicomweb`: STOW-RS, QIDO-RS, WADO-RS and WADO-URI, and the two-step upload of hosted PACS clients, over the archive and
 * the rendering. Owns no tables and records no facts; rights and facilities are checked, and accesses journalled, by the modules it asks. Keeps: nothing of a body is held beyond what is being passed on;
 * an answer that fails half-way breaks the connection and never ends as if it were whole.
 */
import { createDeidentifier, type Deidentifier } from "@isocenter/dicom";
import { type Archive, deidentificationSecret } from "../../modules/archive/index.ts";
import type { Rendering } from "../../modules/rendering/index.ts";
import type { App, Config, Routes } from "../../platform/index.ts";
import { registerQido } from "./qido/qido.ts";
import { registerStow } from "./stow/stow.ts";
import { dicomwebPath } from "./urls.ts";
import { registerBulkData } from "./wado/bulkdata.ts";
import { registerFrames } from "./wado/frames.ts";
import { registerInstances } from "./wado/instances.ts";
import { registerMetadata } from "./wado/metadata.ts";
import { registerRendered } from "./wado/rendered.ts";
import { registerUri, registerUriAtRoot } from "./wado/uri.ts";

export { hostedExamRoutes } from "./hosted/exams.ts";
export { type HostedDeps, hostedPacsRoutes } from "./hosted/routes.ts";

export interface DicomwebDeps {
  config: Pick<Config, "publicUrl" | "maxUploadBytes" | "jwtSecret" | "dataDir">;
  archive: Archive;
  rendering: Rendering;
}

/** For the root of the server; brings its own paths: `/dicomweb`, and `/wado` where older clients look for WADO-URI. */
export function dicomwebRoutes({ config, archive, rendering }: DicomwebDeps): Routes {
  let made: Deidentifier | undefined;
  const deidentifier = () => {
    made ??= createDeidentifier({ options: [], secret: deidentificationSecret({ config }, "wado-uri") });
    return made;
  };
  const uri = { deidentifier, archive, rendering, instances: { archive, rendering } };
  return async (app) => {
    registerUri(app, uri);
    await app.register(
      async (scope) => {
        const inner = scope as unknown as App;
        registerQido(inner, { archive, config });
        registerMetadata(inner, { archive, config });
        registerFrames(inner, { archive, rendering });
        registerBulkData(inner, { archive, rendering });
        registerRendered(inner, { archive, rendering });
        registerInstances(inner, { archive, rendering });
        registerUri(inner, uri);
        registerUriAtRoot(inner, uri);
        registerStow(inner, { archive, config });
      },
      { prefix: dicomwebPath },
    );
  };
}
