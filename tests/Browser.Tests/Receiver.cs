using System.Net;
using System.Security.Cryptography;
using System.Text;
using MindBridge.LocalServers;

namespace MindBridge.Browser.Tests;

/// <summary>Somebody's system that webhooks are sent to.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly List<(string Event, string Body, string Timestamp, string Signature)> heard = [];
    private readonly Task listening;

    public Receiver()
    {
        Address = $"http://127.0.0.1:{FreePort.Find()}/";
        listener.Prefixes.Add(Address);
        listener.Start();
        listening = Task.Run(ListenAsync);
    }

    public string Address { get; }

    /// <summary>The events that came, each signed with the secret.</summary>
    /// <exception cref="CryptographicException">One was not.</exception>
    public IReadOnlyList<string> Verified(string secret)
    {
        lock (heard)
        {
            foreach (var (name, body, timestamp, signature) in heard)
            {
                var wanted = "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}.{body}")));
                if (signature != wanted) throw new CryptographicException($"{name} is signed {signature}, not {wanted}");
            }

            return [.. heard.Select(h => h.Event)];
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await listening;
        listener.Close();
    }

    private async Task ListenAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                var call = await listener.GetContextAsync();
                using var reader = new StreamReader(call.Request.InputStream);
                var (body, headers) = (await reader.ReadToEndAsync(), call.Request.Headers);
                lock (heard) heard.Add((headers["mindbridge-event"] ?? "", body, headers["mindbridge-timestamp"] ?? "", headers["mindbridge-signature"] ?? ""));
                call.Response.StatusCode = 204;
                call.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // It was stopped.
            }
        }
    }
}
