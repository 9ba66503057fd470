using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace MindBridge.Evaluator.SendingWebhooks;

/// <summary>Posts bodies where tenants want them, and nowhere else: no redirect is followed, no answer read, and no address reached where clouds keep a machine's credentials.</summary>
internal sealed class WebhookClient(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectCallback = ConnectAsync,
    })
    {
        Timeout = Patience,
    };

    /// <summary>One try.</summary>
    /// <returns>The status, and why it did not arrive; null when it did.</returns>
    public async Task<(int Status, string? Reason)> PostAsync(Webhook webhook, Delivery delivery, CancellationToken cancellationToken)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        request.Headers.Add(Signature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(Signature.SignatureHeader, Signature.Of(webhook.Secret, timestamp, delivery.Body));
        request.Headers.Add(Signature.DeliveryHeader, delivery.Id.ToString());
        request.Headers.Add(Signature.EventHeader, delivery.Event);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)answer.StatusCode;
            return status switch
            {
                >= 200 and < 300 => (status, null),
                >= 300 and < 400 => (status, $"it was answered {status}, a redirection, which is not followed; register the address that it leads to"),
                _ => (status, $"it was answered {status}"),
            };
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (0, $"nobody answered within {Patience.TotalSeconds:0} s");
        }
        catch (HttpRequestException e)
        {
            return (0, $"nobody could be reached: {e.Message}");
        }
    }

    public void Dispose() => http.Dispose();

    // Where clouds keep a machine's credentials although the address is not link-local: AWS over IPv6, Alibaba Cloud.
    private static readonly IPAddress[] s_metadata = [IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("100.100.100.200")];

    // Link-local addresses are where the other clouds keep them; a tenant's URL must not reach them, whatever name it has.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = addresses.Where(a => !IsForbidden(a)).ToArray();
        if (allowed.Length == 0) throw new HttpRequestException($"{context.DnsEndPoint.Host} has no address that webhooks may be sent to");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsForbidden(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.IsIPv6LinkLocal || (plain.AddressFamily is AddressFamily.InterNetwork && plain.GetAddressBytes() is [169, 254, ..]) || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any) || s_metadata.Contains(plain);
    }
}
