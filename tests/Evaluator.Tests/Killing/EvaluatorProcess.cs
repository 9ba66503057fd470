using System.Diagnostics;
using MindBridge.Platform.Jobs;
using MindBridge.ServingWorld;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Evaluator.Tests.Killing;

/// <summary>Evaluators as processes of their own, on a database of their own: what kill -9 does to one happens to nothing else.</summary>
internal sealed class EvaluatorProcess : IAsyncDisposable
{
    private readonly ServingPlatform serving;
    private readonly string[] arguments;
    private readonly WebApplication reader;
    private Process? process;

    private EvaluatorProcess(ServingPlatform serving, string database, string[] also)
    {
        this.serving = serving;
        Address = ServingPlatform.FreeAddress();
        var own = $"Host=127.0.0.1;Port={serving.Postgres.Port};Database={database};{serving.Postgres.ConnectionString[serving.Postgres.ConnectionString.IndexOf("Username", StringComparison.Ordinal)..]}";
        arguments = serving.EvaluatorArguments(Address, [$"--Database:ConnectionString={own}", "--Bus:RabbitMq=", "--Logging:LogLevel:Default=None", $"--Services:BridgeTrainer={ServingPlatform.FreeAddress()}", .. also]);
        // Never started: it reads and writes the rows that the process works on.
        reader = serving.Evaluator(Address, $"--Database:ConnectionString={own}", "--Bus:RabbitMq=");
        Client = new Contracts.V1.Evaluator.EvaluatorClient(serving.Channel(Address));
    }

    public string Address { get; }

    public Contracts.V1.Evaluator.EvaluatorClient Client { get; }

    public JobQueue<EvaluatorContext> Jobs => reader.Services.GetRequiredService<JobQueue<EvaluatorContext>>();

    /// <summary>On a new database, running.</summary>
    public static async Task<EvaluatorProcess> StartAsync(ServingPlatform serving, string database, params string[] also)
    {
        await using (var db = new Npgsql.NpgsqlConnection(serving.Postgres.ConnectionString))
        {
            await db.OpenAsync();
            await using var create = new Npgsql.NpgsqlCommand($"CREATE DATABASE {database}", db);
            await create.ExecuteNonQueryAsync();
        }

        var made = new EvaluatorProcess(serving, database, also);
        await made.RunAsync();
        return made;
    }

    /// <summary>Starts a process, and waits until it answers.</summary>
    public async Task RunAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "MindBridge.Evaluator"), arguments) { WorkingDirectory = AppContext.BaseDirectory };
        process = Process.Start(start)!;
        var service = new Grpc.Core.Metadata { { "authorization", $"Bearer {serving.Addresses.Key}" } };
        await Eventually.HoldsAsync(async () =>
        {
            if (process.HasExited) throw new InvalidOperationException($"the evaluator ended with {process.ExitCode} before it answered");
            try
            {
                await Client.ListDeploymentsAsync(new Contracts.V1.ListDeploymentsRequest(), service);
                return true;
            }
            catch (Grpc.Core.RpcException)
            {
                return false;
            }
        }, "the evaluator's process answers");
    }

    /// <summary>Kill -9.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Its rows.</summary>
    public Task<EvaluatorContext> RowsAsync() => reader.Services.GetRequiredService<IDbContextFactory<EvaluatorContext>>().CreateDbContextAsync();

    /// <summary>Outcomes that are stored so far.</summary>
    public async Task<int> StoredAsync()
    {
        await using var db = await RowsAsync();
        return await db.Outcomes.CountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null) await KillAsync();
        await reader.DisposeAsync();
    }
}
