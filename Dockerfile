# One image for every placement.
#   a trial, on embedded Postgres:  docker run -p 3000:3000 -v banyan:/data banyan
#   production:  docker run -p 3000:3000 -e DATABASE_URL=… -e REDIS_URL=… -e BANYAN_ADMIN_KEY=… banyan

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && rm dist/.tsbuildinfo

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Types, source maps and the editions of libraries that Node never loads are half of what npm brings.
RUN npm ci --omit=dev --no-audit --no-fund \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
  && rm -rf node_modules/swagger-ui-dist/*-es-bundle*.js node_modules/moment/dist node_modules/moment/min \
  && mkdir /data

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 BANYAN_DATA_DIR=/data
WORKDIR /app
# The image's own user "node", by number, as Kubernetes' runAsNonRoot wants it. It owns nothing but the data.
COPY --from=dependencies --chown=1000:1000 /data /data
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY migrations migrations
COPY --from=build /app/dist dist
USER 1000:1000
# Embedded Postgres, used only while DATABASE_URL is not set.
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/main.js"]
