# Isocenter in a container: docker build -t isocenter . && docker run --shm-size=256m -p 3006:3006 -p 11112:11112 -p 2575:2575 -v isocenter:/data isocenter
# Its PostgreSQL shares memory among the processes of a large search; the 64 MB that Docker gives may be too little.
FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/dicom/package.json packages/dicom/
COPY packages/imaging/package.json packages/imaging/
COPY packages/dimse/package.json packages/dimse/
COPY packages/hl7/package.json packages/hl7/
COPY packages/contract/package.json packages/contract/
COPY packages/presentation/package.json packages/presentation/
COPY server/package.json server/
COPY web/package.json web/
COPY test/package.json test/
COPY bench/package.json bench/
COPY tools/client/package.json tools/client/

FROM manifests AS build
RUN npm ci
COPY . .
RUN npm run build

# What the server needs and nothing else: neither what the web app is built from nor what tests use.
FROM manifests AS modules
RUN npm ci --omit=dev --workspace=@isocenter/server

FROM node:24-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/packages packages
COPY --from=build /app/server server
COPY --from=build /app/web/dist web/dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3006 11112 2575
STOPSIGNAL SIGTERM
# Without the role api it needs HEALTH_PORT. With HTTPS of its own the certificate is another host's than 127.0.0.1.
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s \
  CMD ["node", "--no-warnings", "-e", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; const { HEALTH_PORT, PORT, TLS_CERT, TLS_CERT_FILE } = process.env; fetch(`${TLS_CERT || TLS_CERT_FILE ? 'https' : 'http'}://127.0.0.1:${HEALTH_PORT || PORT || 3006}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/bin/isocenter.js", "start"]
