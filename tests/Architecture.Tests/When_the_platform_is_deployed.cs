namespace MindBridge.Architecture.Tests;

public sealed class When_the_platform_is_deployed
{
    private static readonly Lazy<Deployment> Real = new(() => Deployment.Read(Repository.Root));
    private static readonly Lazy<IReadOnlyList<string>> Present = new(() => [.. DeploymentRules.Violations(Real.Value)]);

    [Fact]
    public void Should_have_containers_settings_roles_and_a_document_that_agree()
    {
        Real.Value.Services.Order(StringComparer.Ordinal).ShouldBe(["bridge-trainer", "edit-registry", "encoder-trainer", "evaluator", "inference"]);
        Real.Value.Dockerfiles.Count().ShouldBe(3);
        SettingsRecords.Of(Real.Value).Count.ShouldBeGreaterThan(100, "the records must be read, or no rule can bite");
        Present.Value.ShouldBeEmpty();
    }

    [Theory]
    // Containers.
    [InlineData("docker-compose.yml", "  evaluator:\n", "  examiner:\n", "evaluator: docker-compose.yml has no such service", "deploy/docker/roles.sh: nobody uses role evaluator")]
    [InlineData("docker-compose.yml", "SERVICE: inference,", "SERVICE: evaluator,", "inference: SERVICE is evaluator")]
    [InlineData("docker-compose.yml", "MindBridge.Inference,", "MindBridge.Serving,", "inference: PROJECT is MindBridge.Serving, and services/inference holds no such project")]
    [InlineData("docker-compose.yml", "PORT: \"5121\"", "PORT: \"5122\"", "bridge-trainer: PORT is 5122, and appsettings.json has REST at 5121")]
    [InlineData("docker-compose.yml", ", \"127.0.0.1:5102:5102\"", "", "edit-registry: port 5102 is not published")]
    [InlineData("docker-compose.yml", "127.0.0.1:5131:5131", "127.0.0.1:5131:5130", "inference: port 5131 is not published")]
    [InlineData("docker-compose.yml", "Grpc__Url: http://0.0.0.0:5112", "Grpc__Url: http://127.0.0.1:5112", "encoder-trainer: Kestrel__Endpoints__Grpc__Url does not open port 5112 to the other containers")]
    [InlineData("docker-compose.yml", "http://inference:5132", "http://inference:5131", "inference: Services__Inference is not http://inference:5132")]
    [InlineData("docker-compose.yml", "service.Dockerfile\n      args: { SERVICE: evaluator", "torch-cpu.Dockerfile\n      args: { SERVICE: evaluator", "evaluator: deploy/docker/torch-cpu.Dockerfile brings a torch that the project does not use")]
    [InlineData("shared/platform/Services/ServiceAddresses.cs", "5142", "5143", "evaluator: Services:Evaluator is http://127.0.0.1:5143 by default, and appsettings.json has gRPC at 5142", "docs/configuration.md: Services:Evaluator is http://127.0.0.1:5143 by default, not `http://127.0.0.1:5142`")]
    [InlineData("cli/Platform/ServiceNames.cs", "\"edit-registry\"", "\"registry\"", "edit-registry: the command line does not know the service, or not its port 5101")]
    [InlineData("deploy/docker-compose.cuda.yml", "  bridge-trainer:\n", "  inference:\n", "deploy/docker-compose.cuda.yml: inference has a GPU, and nothing tells it to use one")]
    [InlineData("docker-compose.yml", "    volumes: [\"${MODELS:-./models}:/models:ro\"]\n", "", "evaluator: reads the folders of models, and /models is not mounted, or not read-only")]
    [InlineData("docker-compose.yml", "    volumes: [\"${MODELS:-./models}:/models:ro\"]\n", "    volumes: [\"${MODELS:-./models}:/models\"]\n", "evaluator: reads the folders of models, and /models is not mounted, or not read-only")]
    // Settings.
    [InlineData("docker-compose.yml", "Artifacts__S3__Endpoint", "Artifacts__S3__Address", "docker-compose.yml: Artifacts__S3__Address is no setting")]
    [InlineData("docker-compose.yml", "Security__ApiKeys__1__Role", "Security__ApiKeys__1__Rank", "docker-compose.yml: Security__ApiKeys__1__Rank is no setting")]
    [InlineData("deploy/docker/torch-cuda.Dockerfile", "Bridge__Device=cuda", "Bridge__Device=cuda Inference__Device=cuda", "deploy/docker/torch-cuda.Dockerfile: Inference__Device is no setting")]
    [InlineData("services/inference/appsettings.json", "\"Look\"", "\"Glance\"", "services/inference/appsettings.json: Inference:Glance is no setting")]
    [InlineData("docker-compose.yml", "${OPERATOR_TENANT:-default}", "${SERVICE_TENANT}", "deploy/compose.env.example: SERVICE_TENANT is missing, and docker-compose.yml needs it", "deploy/compose.env.example: nothing asks for OPERATOR_TENANT", "docs/configuration.md: SERVICE_TENANT is not named")]
    [InlineData("deploy/compose.env.example", "RABBITMQ_PASSWORD=\n", "", "deploy/compose.env.example: RABBITMQ_PASSWORD is missing, and docker-compose.yml needs it")]
    [InlineData("shared/platform/Hosting/Defaults.cs", "GetSection(\"Jobs\")", "GetSection(\"Work\")", "shared/platform/Hosting/Defaults.cs: section Work has no settings record here; add it to SettingsRecords and to docs/configuration.md")]
    // Images.
    [InlineData("docker-compose.yml", "rabbitmq:3.13.7", "rabbitmq:latest", "docker-compose.yml: image rabbitmq:latest is not pinned")]
    [InlineData("deploy/docker/torch-cuda.Dockerfile", "nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04", "nvidia/cuda", "deploy/docker/torch-cuda.Dockerfile: base image nvidia/cuda is not pinned")]
    [InlineData("deploy/docker/service.Dockerfile", "USER mindbridge", "USER root", "deploy/docker/service.Dockerfile: the container runs as root")]
    [InlineData("deploy/docker/service.Dockerfile", "USER mindbridge\n", "", "deploy/docker/service.Dockerfile: the container runs as root")]
    [InlineData("deploy/docker/torch-cpu.Dockerfile", "HEALTHCHECK --interval", "HEALTHCHECK NONE --interval", "deploy/docker/torch-cpu.Dockerfile: there is no HEALTHCHECK")]
    [InlineData("deploy/docker/torch-cpu.Dockerfile", "STOPSIGNAL SIGTERM\n", "", "deploy/docker/torch-cpu.Dockerfile: there is no STOPSIGNAL")]
    // Roles.
    [InlineData("deploy/docker/roles.sh", " bridge_trainer", "", "deploy/docker/roles.sh: role bridge_trainer is not made")]
    [InlineData("deploy/docker/roles.sh", " evaluator;", " evaluator inference;", "deploy/docker/roles.sh: nobody uses role inference")]
    [InlineData("docker-compose.yml", "      Database__ConnectionString: Host=postgres;Database=mindbridge;Username=evaluator;Password=${EVALUATOR_PASSWORD:?set it in .env}\n", "", "evaluator: has a schema and no connection string", "deploy/docker/roles.sh: nobody uses role evaluator")]
    // Secrets.
    [InlineData("docker-compose.yml", "<<: *environment\n      Kestrel__Endpoints__Rest__Url: http://0.0.0.0:5101\n", "<<: [*environment, *calls]\n      Kestrel__Endpoints__Rest__Url: http://0.0.0.0:5101\n", "edit-registry: is told Services__EditRegistry, which it does not read", "edit-registry: is told Services__Key, which it does not read")]
    [InlineData("docker-compose.yml", "5102\n      Database__ConnectionString", "5102\n      Artifacts__S3__SecretKey: ${S3_SECRET_KEY:?set it in .env}\n      Database__ConnectionString", "edit-registry: is told Artifacts__S3__SecretKey, which it does not read")]
    [InlineData("docker-compose.yml", "5132\n    volumes", "5132\n      Database__ConnectionString: Host=postgres;Database=mindbridge;Username=evaluator;Password=${EVALUATOR_PASSWORD:?set it in .env}\n    volumes", "inference: is told Database__ConnectionString, which it does not read", "inference: its database password is evaluator's, too", "inference: has a connection string and no schema")]
    [InlineData("docker-compose.yml", "Username=bridge_trainer;Password=${BRIDGE_TRAINER_PASSWORD", "Username=bridge_trainer;Password=${ENCODER_TRAINER_PASSWORD", "encoder-trainer: its database password is bridge-trainer's, too")]
    [InlineData("services/evaluator/EvaluatorContext.cs", "Schema = \"evaluator\"", "Schema = \"evaluation\"", "evaluator: its role is evaluator, its schema evaluation, and roles.sh gives them one name")]
    // The document.
    [InlineData("services/inference/InferenceSettings.cs", "int MostTokens { get; init; } = 1024", "int MostTokens { get; init; } = 2048", "docs/configuration.md: Inference:MostTokens is 2048 by default, not `1024`")]
    [InlineData("shared/platform/Jobs/JobSettings.cs", "TimeSpan.FromMinutes(5)", "TimeSpan.FromMinutes(6)", "docs/configuration.md: Jobs:LongestPause is 00:06:00 by default, not `00:05:00`")]
    [InlineData("services/evaluator/EvaluationSettings.cs", "int Part {", "int Piece {", "docs/configuration.md: Evaluation:Piece has no row", "docs/configuration.md: Evaluation:Part is no setting")]
    [InlineData("docs/configuration.md", "`Bus__Attempts`", "`Bus__Tries`", "docs/configuration.md: Bus:Attempts has the variable Bus__Tries")]
    [InlineData("docs/configuration.md", "`OTEL_EXPORTER_OTLP_ENDPOINT`", "the collector", "docs/configuration.md: OTEL_EXPORTER_OTLP_ENDPOINT is not named")]
    [InlineData("docs/configuration.md", "`MINDBRIDGE_KEY`", "the key", "docs/configuration.md: MINDBRIDGE_KEY is not named")]
    public void Should_catch_a_planted_violation(string path, string from, string to, params string[] violations) =>
        // What is wrong already is the other test's to say.
        DeploymentRules.Violations(Real.Value.With(path, from, to)).Except(Present.Value, StringComparer.Ordinal).ShouldBe(violations, ignoreOrder: true);
}
