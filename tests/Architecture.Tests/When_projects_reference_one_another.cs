namespace MindBridge.Architecture.Tests;

public sealed class When_projects_reference_one_another
{
    [Fact]
    public void Should_keep_the_house_plan()
    {
        var graph = ProjectGraph.Read(Repository.Root);

        graph.References.Keys.ShouldContain("shared/memory");
        graph.References["shared/models"].ShouldContain("shared/torch", "the graph must see the suppliers, or no rule can bite");
        DependencyRules.Violations(graph).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("shared/models", "shared/memory")]
    [InlineData("shared/torch", "shared/models")]
    [InlineData("shared/tokenizers/bundled", "shared/torch")]
    [InlineData("shared/grpc", "shared/contracts")]
    [InlineData("shared/memory", "cli")]
    [InlineData("services/inference", "services/evaluator")]
    [InlineData("services/edit-registry", "shared/memory")]
    [InlineData("shared/contracts", "shared/platform")]
    [InlineData("shared/platform", "tests/Models.Tests")]
    [InlineData("shared/newcomer", "shared/torch")]
    public void Should_catch_a_planted_violation(string project, string target)
    {
        using var planted = new PlantedRepository();
        planted.Project(target);
        planted.Project(project, target);

        DependencyRules.Violations(ProjectGraph.Read(planted.Root)).ShouldBe([$"{project} must not reference {target}"]);
    }

    [Theory]
    [InlineData("shared/contracts", "UsesTorch", "shared/torch")]
    [InlineData("shared/torch", "UsesGrpc", "shared/grpc")]
    public void Should_catch_a_supplier_asked_for_by_property(string project, string property, string supplier)
    {
        using var planted = new PlantedRepository();
        planted.Write($"{project}/x.csproj", $"<Project><PropertyGroup><{property}>true</{property}></PropertyGroup></Project>");

        DependencyRules.Violations(ProjectGraph.Read(planted.Root)).ShouldBe([$"{project} must not reference {supplier}"]);
    }

    private sealed class PlantedRepository : IDisposable
    {
        public string Root { get; } = Directory.CreateTempSubdirectory("planted").FullName;

        public void Project(string folder, params string[] references) => Write(
            $"{folder}/x.csproj",
            $"<Project><ItemGroup>{string.Concat(references.Select(target => $"<ProjectReference Include=\"{Path.GetRelativePath(folder, target)}/x.csproj\" />"))}</ItemGroup></Project>");

        public void Write(string path, string text)
        {
            var full = Path.Combine(Root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }

        public void Dispose() => Directory.Delete(Root, recursive: true);
    }
}
