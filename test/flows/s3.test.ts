import { describe } from "vitest";
import { type S3Server, s3ServerMissing, startS3Server } from "../support/s3.ts";
import { storeFlow } from "../support/store-flow.ts";

describe.skipIf(s3ServerMissing())("the program on an S3 store", () => {
  let server: S3Server;
  storeFlow({
    async start() {
      server = await startS3Server();
      return server;
    },
    environment() {
      const settings = server.settings("isocenter");
      return {
        STORAGE: "s3",
        S3_ENDPOINT: settings.endpoint,
        S3_BUCKET: settings.bucket,
        S3_ACCESS_KEY_ID: settings.accessKeyId,
        S3_SECRET_ACCESS_KEY: settings.secretAccessKey,
      };
    },
    secrets: /testing|Signature=/,
  });
});
