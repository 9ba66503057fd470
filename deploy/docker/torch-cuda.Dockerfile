# A service with torch on a GPU: encoder-trainer, bridge-trainer. The libtorch of PyTorch, built for CUDA 12.4.
#   docker build -f deploy/docker/torch-cuda.Dockerfile --build-arg SERVICE=encoder-trainer --build-arg PROJECT=MindBridge.EncoderTrainer --build-arg PORT=5111 .
FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04 AS libtorch
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates curl unzip && rm -rf /var/lib/apt/lists/*
ARG LIBTORCH_VERSION=2.5.1
RUN curl -fsSL "https://download.pytorch.org/libtorch/cu124/libtorch-cxx11-abi-shared-with-deps-${LIBTORCH_VERSION}%2Bcu124.zip" -o /tmp/libtorch.zip && unzip -q /tmp/libtorch.zip -d /opt && rm /tmp/libtorch.zip

FROM libtorch AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libicu70 libssl3 g++ cmake make && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY global.json ./
RUN curl -fsSL https://dot.net/v1/dotnet-install.sh -o /tmp/dotnet-install.sh && bash /tmp/dotnet-install.sh --jsonfile global.json --install-dir /usr/share/dotnet
ENV PATH=/usr/share/dotnet:$PATH DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 LIBTORCH=/opt/libtorch
COPY . .
ARG SERVICE
ARG PROJECT
RUN dotnet publish services/$SERVICE/$PROJECT.csproj -c Release -r linux-x64 --self-contained -o /app && ln -s /app/$PROJECT /app/service

FROM libtorch
RUN useradd --system --uid 10001 --no-create-home mindbridge && install -d -o mindbridge /work
COPY --from=build /app /app
ARG PORT
ENV HEALTH=http://127.0.0.1:$PORT/health/ready Logging__Console__FormatterName=json Artifacts__Work=/work LD_LIBRARY_PATH=/opt/libtorch/lib DOTNET_gcServer=0 \
    Encoder__Device=cuda Bridge__Device=cuda NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER mindbridge
WORKDIR /app
VOLUME /work
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=6 CMD curl -fsS "$HEALTH" >/dev/null || exit 1
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/service"]
