using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Net.Client;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EditRegistry.Tests;

/// <summary>A caller of the registry, with REST and gRPC.</summary>
internal sealed class RegistryClient
{
    public RegistryClient(RegistryAddresses at, string? key, string tenant)
    {
        Tenant = tenant;
        Http = new HttpClient { BaseAddress = new Uri(at.Rest) };
        if (key is not null) Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        Headers = key is null ? [] : new Metadata { { "authorization", $"Bearer {key}" } };
        Grpc = new Wire.EditRegistry.EditRegistryClient(GrpcChannel.ForAddress(at.Grpc));
    }

    public string Tenant { get; }

    public HttpClient Http { get; }

    public Wire.EditRegistry.EditRegistryClient Grpc { get; }

    public Metadata Headers { get; }

    public static JsonObject Edit(string subject, string @object, string? relation = "capital", string? key = null) => new()
    {
        ["clientKey"] = key,
        ["subject"] = subject,
        ["relation"] = relation,
        ["object"] = @object,
        ["prompt"] = $"The {relation ?? "capital"} of {subject} is",
    };

    /// <summary>A memory that commits only when told to, unless settings say otherwise.</summary>
    public async Task<string> MemoryAsync(string name = "facts", JsonObject? settings = null)
    {
        var memory = await SendAsync(HttpMethod.Post, "/v1/memories", new JsonObject { ["name"] = name, ["settings"] = settings ?? new JsonObject { ["commitAfterCount"] = 1_000_000, ["commitAfterSeconds"] = 3600 } });
        return (string)memory["id"]!;
    }

    public Task<JsonNode> SubmitAsync(string memory, params JsonObject[] edits) =>
        SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/edits", new JsonObject { ["edits"] = new JsonArray([.. edits]) });

    public async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    public async Task<JsonNode> ImportAsync(string memory, string file, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await Http.PostAsync($"/v1/memories/{memory}/imports", new StringContent(file));
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text)!;
    }

    public async Task<IReadOnlyList<JsonNode>> EditsAsync(string memory, string query = "") =>
        [.. (await SendAsync(HttpMethod.Get, $"/v1/memories/{memory}/edits{query}"))["edits"]!.AsArray().Select(e => e!)];
}
