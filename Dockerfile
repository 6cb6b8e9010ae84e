# The worker's image. The final stage only copies, so it is built for ARM64 on any machine without emulation.
#
# Both bases can be replaced, e.g. by a private registry's: --build-arg BUILD_IMAGE=... --build-arg NODE_IMAGE=...
# NODE_IMAGE must have `node` on its PATH and a certificate bundle.
ARG BUILD_IMAGE=node:22-bookworm-slim
ARG NODE_IMAGE=node:22-bookworm-slim

FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Install scripts belong to packages of the deployment; the bundler needs none.
RUN npm ci --ignore-scripts --no-audit --no-fund
# As much as .dockerignore lets in.
COPY . .
# Without times of their own, equal sources make equal layers.
RUN npm run --silent build \
    && mkdir -p /out/program/app /out/data/spill && touch /out/data/spill/.keep \
    && cp dist/worker.cjs dist/cli.cjs /out/program/app/ \
    && find /out -exec touch --no-dereference --date=@0 {} +

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="s3-express-sync worker" \
      org.opencontainers.image.description="Keeps an S3 Express One Zone directory bucket equal to an S3 Standard bucket." \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
# Folders with what is in them: a folder that COPY has to make for its target has the time of the build.
COPY --from=build /out/program/ /
# What verify spills. Fargate gives a volume the owner it has in the image, where the image declares it (ECS guide, bind mounts).
COPY --from=build --chown=1000:1000 /out/data/ /
VOLUME ["/spill"]
USER 1000:1000
# Without a shell in between: SIGTERM reaches Node.
ENTRYPOINT ["node", "/app/worker.cjs"]
