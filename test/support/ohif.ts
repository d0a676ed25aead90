import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

const folder = path.resolve(import.meta.dirname, "../foreign/ohif/dist");
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** Why there is no OHIF here. With ISOCENTER_REQUIRE_TOOLS=1 that is an error; else tests skip with the reason printed. */
export function ohifMissing(): false | string {
  if (existsSync(path.join(folder, "index.html"))) return false;
  const reason = "the built OHIF is not there: test/foreign/install.sh";
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

/** What a person writes into OHIF's app-config.js to point it at us. */
export interface OhifConfig {
  /** The DICOMweb root. */
  root: string;
  /** The value of the Authorization header. */
  authorization: string;
}

const appConfig = ({ root, authorization }: OhifConfig): string => `
const root = ${JSON.stringify(root)};
const authorization = ${JSON.stringify(authorization)};
// OHIF itself sends a token only after a sign-in by OpenID Connect.
const open = XMLHttpRequest.prototype.open;
XMLHttpRequest.prototype.open = function (method, url, ...rest) {
  open.call(this, method, url, ...rest);
  if (String(url).startsWith(root)) this.setRequestHeader("Authorization", authorization);
};
const plainFetch = window.fetch;
window.fetch = (input, init = {}) => {
  const url = typeof input === "string" ? input : (input.url ?? String(input));
  if (!url.startsWith(root)) return plainFetch(input, init);
  const headers = new Headers(init.headers ?? input.headers);
  headers.set("Authorization", authorization);
  return plainFetch(input, { ...init, headers });
};
window.config = {
  routerBasename: null,
  extensions: [],
  modes: [],
  showStudyList: true,
  investigationalUseDialog: { option: "never" },
  maxNumberOfWebWorkers: 2,
  showWarningMessageForCrossOrigin: false,
  showCPUFallbackMessage: false,
  strictZSpacingForVolumeViewport: true,
  defaultDataSourceName: "isocenter",
  dataSources: [
    {
      namespace: "@ohif/extension-default.dataSourcesModule.dicomweb",
      sourceName: "isocenter",
      configuration: {
        friendlyName: "Isocenter",
        name: "isocenter",
        qidoRoot: root,
        wadoRoot: root,
        wadoUriRoot: root + "/wado",
        qidoSupportsIncludeField: true,
        supportsFuzzyMatching: true,
        supportsWildcard: true,
        imageRendering: "wadors",
        thumbnailRendering: "thumbnail",
        thumbnailRequestStrategy: "fetch",
        enableStudyLazyLoad: true,
        singlepart: "bulkdata,video,pdf",
        bulkDataURI: { enabled: true, relativeResolution: "series" },
        omitQuotationForMultipartRequest: true,
      },
    },
  ],
};
`;

export interface Ohif {
  /** `http://127.0.0.1:port` */
  url: string;
  close(): Promise<void>;
}

/** Serves the built OHIF on a free port. The configuration is asked for each time, because our server must know OHIF's origin first. */
export async function serveOhif(config: () => OhifConfig): Promise<Ohif> {
  const server = http.createServer(async (request, response) => {
    const name = new URL(request.url ?? "/", "http://localhost").pathname;
    if (name === "/app-config.js") {
      response.setHeader("content-type", "text/javascript");
      response.end(appConfig(config()));
      return;
    }
    const file = path.join(folder, path.normalize(name));
    const bytes = await fs.readFile(file).catch(() => null);
    // What is no file is a page of the app.
    response.setHeader(
      "content-type",
      (bytes && types[path.extname(file)]) ?? (bytes ? "application/octet-stream" : "text/html"),
    );
    response.end(bytes ?? (await fs.readFile(path.join(folder, "index.html"))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
