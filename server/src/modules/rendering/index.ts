/**
 * Pictures of archived objects: previews, thumbnails, decoded frames, and the cache of pictures on disk.
 *
 * Owns no tables; its cache is files under `cache/pictures` of the data folder, bounded in bytes, and safe to delete at any time. Records no
 * facts; reads `study.settled`. Keeps: what is shown is made of the archived bytes and of nothing else; nothing is decoded on the event loop.
 */
export { documentMediaType, documentPolicy } from "./documents/document.ts";
export { registerRenderingJobs } from "./jobs.ts";
export { createRendering, type RenderingOptions } from "./rendering.ts";
export { type RenderingRoutesDependencies, renderingRoutes } from "./routes.ts";
export { chooseSyntax, relabelled, syntaxesFor } from "./transcode/choose.ts";
export { createTranscoder, type Transcoder } from "./transcode/transcode.ts";
export * from "./types.ts";
