# A service with torch on the CPU: encoder-trainer, bridge-trainer, inference. Debian's own libtorch and OpenBLAS.
#   docker build -f deploy/docker/torch-cpu.Dockerfile --build-arg SERVICE=inference --build-arg PROJECT=MindBridge.Inference --build-arg PORT=5131 .
FROM debian:12.12-slim AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates curl libicu72 libssl3 g++ cmake make libtorch-dev libopenblas0-pthread && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY global.json ./
RUN curl -fsSL https://dot.net/v1/dotnet-install.sh -o /tmp/dotnet-install.sh && bash /tmp/dotnet-install.sh --jsonfile global.json --install-dir /usr/share/dotnet
ENV PATH=/usr/share/dotnet:$PATH DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
COPY . .
ARG SERVICE
ARG PROJECT
RUN dotnet publish services/$SERVICE/$PROJECT.csproj -c Release -r linux-x64 --self-contained -o /app && ln -s /app/$PROJECT /app/service

FROM debian:12.12-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates curl libssl3 libtorch1.13 libopenblas0-pthread && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home mindbridge && install -d -o mindbridge /work
COPY --from=build /app /app
ARG PORT
ENV HEALTH=http://127.0.0.1:$PORT/health/ready Logging__Console__FormatterName=json Artifacts__Work=/work DOTNET_gcServer=0
USER mindbridge
WORKDIR /app
VOLUME /work
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD curl -fsS "$HEALTH" >/dev/null || exit 1
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/service"]
