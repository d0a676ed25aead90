import { describe } from "vitest";
import { type Azurite, azuriteMissing, startAzurite } from "../support/azurite.ts";
import { storeFlow } from "../support/store-flow.ts";

describe.skipIf(azuriteMissing())("the program on Azure Blob Storage", () => {
  let server: Azurite;
  storeFlow({
    async start() {
      server = await startAzurite();
      return server;
    },
    environment: () => ({
      STORAGE: "azure",
      AZURE_STORAGE_CONNECTION_STRING: server.settings("unused").connectionString,
    }),
    secrets: /AccountKey|sig=|SharedKey isocenter:/,
  });
});
