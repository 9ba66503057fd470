using Npgsql;

namespace MindBridge.Platform.Outbox;

/// <summary>Wakes the relay: by LISTEN on Postgres, and after a while in any case.</summary>
internal sealed class OutboxWake(NpgsqlDataSource? postgres, string schema, TimeSpan poll, TimeProvider time) : IAsyncDisposable
{
    private NpgsqlConnection? connection;

    /// <summary>Begins to listen, if it does not yet. Call before looking, or a row written in between is found only by the poll.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        if (postgres is null || connection is not null) return;
        var opened = await postgres.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var listen = new NpgsqlCommand($"LISTEN \"outbox_{schema}\"", opened);
            await listen.ExecuteNonQueryAsync(cancellationToken);
            connection = opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (connection is null)
        {
            await Task.Delay(poll, time, cancellationToken);
            return;
        }

        try
        {
            await connection.WaitAsync(poll, cancellationToken);
        }
        catch (NpgsqlException)
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is null) return;
        await connection.DisposeAsync();
        connection = null;
    }
}
