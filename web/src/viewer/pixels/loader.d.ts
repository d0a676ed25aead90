declare module "decode-image-frame-worker";
