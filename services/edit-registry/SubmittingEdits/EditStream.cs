using System.Threading.Channels;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>
/// Submits as many edits as a source has, in parts. A part is what has come while the one before it was written, up to a limit: a slow source is answered at
/// once, a fast one in large parts; and while writing is behind, nothing more is read.
/// </summary>
internal sealed class EditStream(EditLog log)
{
    private const int LargestPart = 5000;

    /// <summary>Submits the source's edits in order and yields what became of each part, once it is durable.</summary>
    public async IAsyncEnumerable<(long ThroughRow, Submission Submission)> SubmitAsync(
        Guid memory,
        string author,
        IAsyncEnumerable<NumberedEdit> source,
        SpokenFacts? spoken,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var waiting = Channel.CreateBounded<CheckedEdit>(new BoundedChannelOptions(LargestPart) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadAsync(source, waiting.Writer, stop.Token);
        try
        {
            var part = new List<CheckedEdit>(LargestPart);
            while (await waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                part.Clear();
                while (part.Count < LargestPart && waiting.Reader.TryRead(out var edit)) part.Add(edit);
                yield return (part[^1].Row, await log.SubmitAsync(memory, author, part, BatchRule.KeepGoodRows, spoken ?? new SpokenFacts(), cancellationToken));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private static async Task ReadAsync(IAsyncEnumerable<NumberedEdit> source, ChannelWriter<CheckedEdit> waiting, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var edit in source.WithCancellation(cancellationToken)) await waiting.WriteAsync(new CheckedEdit(edit), cancellationToken);
            waiting.Complete();
        }
        catch (Exception e)
        {
            // The reader of the channel throws it on.
            waiting.Complete(e);
        }
    }
}
