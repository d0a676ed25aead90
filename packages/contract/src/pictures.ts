import { type Static, Type } from "typebox";
import { closed, Id } from "./lists.ts";

export const PicturePath = Type.Object({ id: Id }, closed);

const Size = Type.String({
  pattern: "^[1-9]\\d{0,3}(x[1-9]\\d{0,3})?$",
  description: "The picture fits into so many pixels: 512, or 640x480. It is never made larger.",
});

/** Query of `GET /images/:id/preview`; the format is chosen by `Accept`: image/jpeg (default), image/png, image/webp. */
export const PreviewQuery = Type.Object(
  {
    quality: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: "Of JPEG and WebP" })),
    size: Type.Optional(Size),
    window: Type.Optional(
      Type.String({
        pattern:
          "^-?\\d{1,9}(\\.\\d{1,6})?,\\d{1,9}(\\.\\d{1,6})?(,([Ll][Ii][Nn][Ee][Aa][Rr](_[Ee][Xx][Aa][Cc][Tt])?|[Ss][Ii][Gg][Mm][Oo][Ii][Dd]))?$",
        description: "Center, width and perhaps the function: 40,400 or 40,400,SIGMOID",
      }),
    ),
    frame: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    overlays: Type.Optional(Type.Boolean({ description: "Draws the overlay planes" })),
  },
  closed,
);
export type PreviewQuery = Static<typeof PreviewQuery>;

/** Query of `GET /studies/:id/thumbnail`; each side from 16 to 1024 pixels. */
export const ThumbnailQuery = Type.Object({ size: Type.Optional(Size) }, closed);
export type ThumbnailQuery = Static<typeof ThumbnailQuery>;

/** `GET /images/:id/content` takes no parameters: what it gives is chosen by `Accept` and `Range`. */
export const ImageContentQuery = Type.Object({}, closed);
