using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace MindBridge.Grpc.Tests;

/// <summary>HTTP/2 by hand: writes whatever bytes it is told to and sees what comes back.</summary>
public sealed class RawConnection : IDisposable
{
    public const byte Data = 0, Headers = 1, ResetStream = 3, Settings = 4, GoAway = 7;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly TcpClient _client = new() { NoDelay = true };

    private RawConnection()
    {
    }

    public static async Task<RawConnection> OpenAsync(Uri server, bool greets = true)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(server.Host, server.Port);
        if (greets)
        {
            await connection.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
            await connection.SendFrameAsync(Settings, 0, 0, []);
        }
        return connection;
    }

    public async Task SendAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes);

    public async Task SendFrameAsync(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        await SendAsync(frame);
    }

    /// <summary>A header block of literals, none of them indexed or packed.</summary>
    public static byte[] Request(string path, string contentType = "application/grpc")
    {
        (string, string)[] headers = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("content-type", contentType), ("te", "trailers")];
        var block = new List<byte>();
        foreach (var (name, value) in headers)
        {
            block.Add(0);
            block.Add((byte)name.Length);
            block.AddRange(Encoding.ASCII.GetBytes(name));
            block.Add((byte)value.Length);
            block.AddRange(Encoding.ASCII.GetBytes(value));
        }
        return [.. block];
    }

    /// <summary>Reads frames until one of a type has come.</summary>
    public async Task UntilAsync(byte type)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var header = new byte[9];
        do
        {
            await _client.GetStream().ReadExactlyAsync(header, patience.Token);
            await _client.GetStream().ReadExactlyAsync(new byte[(header[0] << 16) | (header[1] << 8) | header[2]], patience.Token);
        }
        while (header[3] != type);
    }

    /// <summary>The types of all frames until the server hangs up.</summary>
    /// <exception cref="TimeoutException">It did not.</exception>
    public async Task<List<byte>> UntilClosedAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        var (types, header) = (new List<byte>(), new byte[9]);
        var stream = _client.GetStream();
        try
        {
            while (await stream.ReadAtLeastAsync(header, 9, throwOnEndOfStream: false, patience.Token) == 9)
            {
                types.Add(header[3]);
                await stream.ReadExactlyAsync(new byte[(header[0] << 16) | (header[1] << 8) | header[2]], patience.Token);
            }
        }
        catch (IOException)
        {
            // Hung up hard.
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"the server did not close the connection within {s_patience}", e);
        }
        return types;
    }

    public void Dispose() => _client.Dispose();
}
