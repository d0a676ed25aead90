/**
 * Pictures of archived objects: previews, thumbnails, and their cache on disk.
 *
 * Owns no tables; its cache is files under `cache/pictures` of the data folder, bounded in bytes, and safe to delete at any time. Records no
 * facts. Keeps: what is shown is made of the archived bytes and of nothing else; nothing is decoded on the event loop.
 */
export * from "./types.ts";
