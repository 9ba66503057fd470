using System.Data.Common;
using MindBridge.ServingWorld;
using Microsoft.Data.Sqlite;

namespace MindBridge.Evaluator.Tests.Evaluating;

public sealed class When_evaluations_are_from_before(Platform platform)
{
    private const string Row = """
        INSERT INTO evaluations (id, tenant_id, memory_id, llm_id, bridge_id, commit_sequence, protocol, scores, counts, gate_passed, reasons, notes, completed_at)
        VALUES ('0b1d8d3e-7a56-4c0e-9f5d-0d2f0c0a0001', 't', '0b1d8d3e-7a56-4c0e-9f5d-0d2f0c0a0002', '0b1d8d3e-7a56-4c0e-9f5d-0d2f0c0a0003', 'bridge one', 3, 'generate-exact', '{"rel":90}', '{"rel":10}', true, '[]', '[]', {0})
        """;

    private static readonly string[] s_steps = ["0001_evaluations.sql", "0002_deployments.sql", "", "0003_measuring.sql", "0004_gates_and_audit.sql", "0006_probe_sets.sql", "0007_trials.sql", "0008_webhooks.sql", "0009_schedules.sql"];

    [Fact]
    public async Task Should_be_kept_on_Postgres()
    {
        await using var db = new Npgsql.NpgsqlConnection(platform.Serving.Postgres.ConnectionString);
        await db.OpenAsync();
        await ExecuteAsync(db, "CREATE SCHEMA upgraded; SET search_path TO upgraded");
        await ShouldKeepAsync(db, "now()");
    }

    [Fact]
    public async Task Should_be_kept_on_SQLite()
    {
        await using var db = new SqliteConnection("Data Source=:memory:");
        await db.OpenAsync();
        await ShouldKeepAsync(db, "638000000000000000");
    }

    private static async Task ShouldKeepAsync(DbConnection db, string moment)
    {
        foreach (var step in s_steps) await ExecuteAsync(db, step.Length == 0 ? Row.Replace("{0}", moment, StringComparison.Ordinal) : Sql(step));
        await using var read = db.CreateCommand();
        read.CommandText = "SELECT bridge_id, commit_sequence, cause, gate_version, intervals, scores FROM evaluations WHERE gate_passed";
        await using var row = await read.ExecuteReaderAsync();
        (await row.ReadAsync()).ShouldBeTrue();
        (row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetInt64(3), row.GetString(4), row.GetString(5)).ShouldBe(("bridge one", 3, "bridge", 0, "{}", "{\"rel\":90}"));
        (await row.ReadAsync()).ShouldBeFalse();

        var taken = new ReadingEvaluations.Evaluation
        {
            Id = Guid.Empty, TenantId = "t", MemoryId = Guid.Empty, LlmId = Guid.Empty, BridgeId = "b", CommitSequence = 3, Protocol = "generate-exact", Scores = "{\"rel\":90}", Counts = "{\"rel\":10}",
            Intervals = "{}", GatePassed = true, GateVersion = 0, Reasons = "[]", Notes = "[]", Cause = "bridge", CompletedAt = default,
        }.Taken();
        taken.Intervals["rel"].ShouldSatisfyAllConditions(i => i.Low.ShouldBe(59.585, 0.01), i => i.High.ShouldBe(98.2124, 0.01));
    }

    private static async Task ExecuteAsync(DbConnection db, string sql)
    {
        await using var command = db.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static string Sql(string name)
    {
        using var reader = new StreamReader(typeof(EvaluatorContext).Assembly.GetManifestResourceStream($"Migrations/{name}")!);
        return reader.ReadToEnd();
    }
}
