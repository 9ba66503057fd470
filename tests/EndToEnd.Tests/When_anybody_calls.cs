using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MindBridge.Cli.Platform;
using MindBridge.Platform.Security;

namespace MindBridge.EndToEnd.Tests;

/// <summary>
/// Everything that can be called, on all services, and the least role that may: read from the running platform's endpoints, so nothing new escapes the table, and tried with a key
/// of that role, with one of the role below, and with none.
/// </summary>
public sealed class When_anybody_calls(TinyFiles files) : IClassFixture<TinyFiles>
{
    private const string Nobody = "nobody", Page = "page";

    [Fact]
    public async Task Should_let_in_whom_the_table_says_and_nobody_else()
    {
        var folder = Directory.CreateTempSubdirectory("mindbridge-access-").FullName;
        var keys = Enum.GetValues<Role>().ToDictionary(role => role, _ => ApiKey.Create());
        try
        {
            await using var platform = await EmbeddedPlatform.StartAsync(folder, files.Encoder, keys.SelectMany((key, i) => Settings(i + 2, key.Key, key.Value)), TestContext.Current.CancellationToken);
            var (table, there) = (Table(), platform.Endpoints.OfType<RouteEndpoint>().Where(IsOurs).SelectMany(Calls).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList());
            there.Where(call => !table.ContainsKey(call)).ShouldBeEmpty("every call needs a line in access.txt");
            table.Keys.Where(call => !there.Contains(call)).ShouldBeEmpty("access.txt names what is not there");

            var wrong = new List<string>();
            foreach (var (call, least) in table)
            {
                if (least == Nobody)
                {
                    if (await IsRefusedAsync(platform, call, null)) wrong.Add($"{call}: is open to all, and refuses a caller without a key");
                    continue;
                }

                if (least == Page)
                {
                    if (!await IsRefusedAsync(platform, call, null)) wrong.Add($"{call}: shows a page to a stranger");
                    if (!await IsRefusedAsync(platform, call, keys[Role.Service])) wrong.Add($"{call}: shows a page to a key");
                    continue;
                }

                var role = Enum.Parse<Role>(least, ignoreCase: true);
                if (!await IsRefusedAsync(platform, call, null)) wrong.Add($"{call}: lets in a caller without a key");
                if (role > Role.Reader && !await IsRefusedAsync(platform, call, keys[role - 1])) wrong.Add($"{call}: lets in a {role - 1}");
                if (await IsRefusedAsync(platform, call, keys[role])) wrong.Add($"{call}: refuses {(role is Role.Admin ? "an" : "a")} {role}");
            }

            wrong.ShouldBeEmpty();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<(string Key, string Value)> Settings(int i, Role role, string key)
    {
        var at = string.Create(CultureInfo.InvariantCulture, $"Security:ApiKeys:{i}");
        return [($"{at}:Name", role.ToString()), ($"{at}:Tenant", "acme"), ($"{at}:Role", role.ToString()), ($"{at}:Sha256", ApiKey.HashOf(key))];
    }

    private static IReadOnlyDictionary<string, string> Table() => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "access.txt"))
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', 2, StringSplitOptions.TrimEntries)).ToDictionary(parts => parts[1], parts => parts[0], StringComparer.Ordinal);

    // The catch-all answers of the gRPC supplier say "unimplemented"; static files are nobody's secret.
    private static bool IsOurs(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText is { } pattern && !pattern.Contains("{unimplemented", StringComparison.Ordinal);

    private static IEnumerable<string> Calls(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is { } rpc) return ["rpc " + rpc.Method.FullName];
        var pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
        return (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => $"{method} {pattern}");
    }

    private static async Task<bool> IsRefusedAsync(EmbeddedPlatform platform, string call, string? key)
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var request = call.StartsWith("rpc ", StringComparison.Ordinal)
            ? new HttpRequestMessage(HttpMethod.Post, platform.Address.Grpc + call["rpc ".Length..])
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
            }
            : new HttpRequestMessage(HttpMethod.Parse(call.Split(' ')[0]), platform.Address.Rest + Filled(call.Split(' ')[1])) { Content = Body(call) };
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) return true;
            if (call.StartsWith("rpc ", StringComparison.Ordinal)) return await StatusOf(response, limit.Token) is StatusCode.Unauthenticated or StatusCode.PermissionDenied;
            // A page sends strangers to where they can sign in.
            return response.StatusCode is HttpStatusCode.Redirect && response.Headers.Location!.OriginalString.Contains("login", StringComparison.Ordinal);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // A stream that goes on let its caller in.
            return false;
        }
    }

    // What the route reads: JSON, or a form. Another kind would be refused for its kind.
    private static HttpContent? Body(string call) =>
        call.StartsWith("GET", StringComparison.Ordinal) ? null : call.Contains("/v1/", StringComparison.Ordinal) ? new StringContent("{}", null, "application/json") : new FormUrlEncodedContent([]);

    private static async Task<StatusCode?> StatusOf(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Headers.TryGetValues("grpc-status", out var at)) return (StatusCode)int.Parse(at.Single(), CultureInfo.InvariantCulture);
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return response.TrailingHeaders.TryGetValues("grpc-status", out var after) ? (StatusCode)int.Parse(after.Single(), CultureInfo.InvariantCulture) : null;
    }

    private static string Filled(string pattern) => System.Text.RegularExpressions.Regex.Replace(pattern, @"\{[^}]*\}", match => match.Value.Contains(":guid", StringComparison.Ordinal) ? Guid.Empty.ToString() : "x");
}
