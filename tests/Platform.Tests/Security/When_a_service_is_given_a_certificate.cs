using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Platform.Tests.Security;

/// <summary>TLS as docs/configuration.md describes it: configuration only.</summary>
public sealed class When_a_service_is_given_a_certificate
{
    [Fact]
    public async Task Should_serve_HTTP_and_gRPC_over_TLS()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var folder = Directory.CreateTempSubdirectory("mindbridge-tls-").FullName;
        try
        {
            var (pem, secret) = (Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"));
            await File.WriteAllTextAsync(pem, certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(secret, key.ExportPkcs8PrivateKeyPem());
            var (admin, settings) = GuardedService.KeyOf(0, Role.Admin);
            await using var service = await GuardedService.StartAsync([
                .. settings, ("Kestrel:Certificates:Default:Path", pem), ("Kestrel:Certificates:Default:KeyPath", secret),
                ("Kestrel:Endpoints:Rest:Url", "https://127.0.0.1:0"), ("Kestrel:Endpoints:Grpc:Url", "https://127.0.0.1:0"),
            ]);
            using var trusting = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString() } };
            using var http = new HttpClient(trusting) { BaseAddress = service.Http.BaseAddress };
            http.BaseAddress!.Scheme.ShouldBe("https");
            http.DefaultRequestHeaders.Authorization = new("Bearer", admin);

            (await http.GetStringAsync("/who")).ShouldBe("somebody of acme is Admin");
            using var channel = GrpcChannel.ForAddress(service.GrpcAddress, new GrpcChannelOptions { HttpHandler = trusting });
            (await new Wire.Operations.OperationsClient(channel).ListJobsAsync(new Wire.ListJobsRequest(), new Metadata { { "authorization", "Bearer " + admin } })).Jobs.ShouldBeEmpty();
            // Nobody who does not know the certificate talks to it.
            await Should.ThrowAsync<HttpRequestException>(async () => await service.GetAsync("/health/live", null));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
