using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace MindBridge.Platform.Artifacts;

/// <summary>Where artifacts lie in S3; the configuration section <c>Artifacts:S3</c>.</summary>
public sealed record S3Settings
{
    /// <summary>The bucket; it must exist.</summary>
    public string? Bucket { get; init; }

    /// <summary>What every key begins with, for a bucket that is shared; for example <c>mindbridge/</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The address of an S3 that is not Amazon's (MinIO, Ceph); empty for Amazon's own.</summary>
    public string? Endpoint { get; init; }

    public string Region { get; init; } = "us-east-1";

    /// <summary>Empty: the machine's own credentials (environment, profile, instance role).</summary>
    public string? AccessKey { get; init; }

    public string? SecretKey { get; init; }
}

/// <summary>Artifacts as objects of an S3 bucket. An object appears whole or not at all, so nothing half-written can be seen; S3 takes at most 5 GB for one.</summary>
public sealed class S3ArtifactStore : IArtifactStore, IDisposable
{
    private readonly AmazonS3Client client;
    private readonly S3Settings settings;
    private readonly string scratch;

    /// <param name="settings">Bucket and credentials.</param>
    /// <param name="scratch">A folder on this machine: a content is hashed there before it has a name.</param>
    /// <exception cref="ArgumentException">No bucket is named.</exception>
    public S3ArtifactStore(S3Settings settings, string scratch)
    {
        if (string.IsNullOrWhiteSpace(settings.Bucket)) throw new ArgumentException("Artifacts:S3:Bucket is empty; name the bucket that all services share");
        (this.settings, this.scratch) = (settings, Path.GetFullPath(scratch));
        Directory.CreateDirectory(this.scratch);
        // Other servers than Amazon's know neither hosts named after buckets nor the newer checksums.
        var config = new AmazonS3Config { AuthenticationRegion = settings.Region, RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED };
        if (string.IsNullOrWhiteSpace(settings.Endpoint)) config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(settings.Region);
        else (config.ServiceURL, config.ForcePathStyle) = (settings.Endpoint, true);
        client = string.IsNullOrWhiteSpace(settings.AccessKey) ? new AmazonS3Client(config) : new AmazonS3Client(new BasicAWSCredentials(settings.AccessKey, settings.SecretKey), config);
    }

    public async Task<ArtifactId> SaveAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var path = Path.Combine(scratch, $"{Guid.NewGuid():N}.upload");
        try
        {
            ArtifactId id;
            await using (var file = HashedFile.Create(scratch))
            {
                await file.FillAsync(content, cancellationToken);
                id = file.Id();
                file.MoveTo(path);
            }

            // Always sent, even when it is there: that mends an object somebody damaged.
            await Answered(() => client.PutObjectAsync(new PutObjectRequest { BucketName = settings.Bucket, Key = KeyOf(id), FilePath = path, UseChunkEncoding = false }, cancellationToken), id);
            return id;
        }
        finally
        {
            File.Delete(path);
        }
    }

    public async Task<bool> ExistsAsync(ArtifactId id, CancellationToken cancellationToken = default)
    {
        try
        {
            await client.GetObjectMetadataAsync(settings.Bucket, KeyOf(id), cancellationToken);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    public async Task LoadAsync(ArtifactId id, string path, CancellationToken cancellationToken = default)
    {
        var target = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using var file = HashedFile.Create(Path.GetDirectoryName(target)!);
        await Answered(
            async () =>
            {
                using var found = await client.GetObjectAsync(new GetObjectRequest { BucketName = settings.Bucket, Key = KeyOf(id) }, cancellationToken);
                try
                {
                    await file.FillAsync(found.ResponseStream, cancellationToken);
                }
                catch (AmazonClientException) when (file.Length == found.ContentLength)
                {
                    // Amazon's client found its own checksum wrong after the last byte; ours says so better.
                }
            },
            id);
        if (file.Id() != id) throw new InvalidDataException($"artifact {id} is damaged: its {file.Length} bytes hash to {file.Id()}; store it again, or retry the job that made it");
        file.MoveTo(target);
    }

    public Task ForgetAsync(ArtifactId id, CancellationToken cancellationToken = default) =>
        Answered(() => client.DeleteObjectAsync(settings.Bucket, KeyOf(id), cancellationToken), id);

    public void Dispose() => client.Dispose();

    private async Task Answered(Func<Task> call, ArtifactId id)
    {
        try
        {
            await call();
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.NotFound)
        {
            throw new FileNotFoundException($"artifact {id} is not in bucket {settings.Bucket}, or there is no such bucket; see that every service uses the same store", e);
        }
        catch (AmazonClientException e)
        {
            throw new IOException($"the bucket {settings.Bucket} does not answer for artifact {id}: {e.Message}", e);
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"the bucket {settings.Bucket} does not answer for artifact {id}: {e.Message}", e);
        }
    }

    // Two letters of the id make a folder, as on a disk.
    private string KeyOf(ArtifactId id) => $"{settings.Prefix}{id.Value[..2]}/{id.Value}";
}
