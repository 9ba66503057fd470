using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EditRegistry.Tests.Reading;

/// <summary>Histories in which facts come, are replaced, taken back and come again, searched in every way, beside what a reader of the whole history would say.</summary>
public sealed class When_a_history_is_searched(Registry registry)
{
    private const int Steps = 120;
    private static readonly string[] Countries = ["Ürümqi's land", "Peru", "Mali", "100% Nowhere", "Under_score", "Åland"];
    private static readonly string[] Cities = ["Lyon", "ÜRÜMQI", "Gao", "Nice"];

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    public async Task Should_find_what_a_reader_of_the_whole_history_finds(bool embedded, int seed)
    {
        var caller = registry.NewTenant(embedded ? registry.Embedded : registry.Main);
        var memory = await caller.MemoryAsync();
        var (written, committed) = await WriteAsync(caller, memory, new Random(seed));

        foreach (var text in (string[])["", "ürümqi", "Ürümqi", "peru", "100%", "under_", "under-", "å", "gao", "the capital of", "nothing like it"])
        {
            foreach (var states in (Wire.EditState[][])[[], [Wire.EditState.Pending], [Wire.EditState.Committed], [Wire.EditState.Superseded], [Wire.EditState.Retracted], [Wire.EditState.Superseded, Wire.EditState.Retracted], [Wire.EditState.Pending, Wire.EditState.Retracted], Enum.GetValues<Wire.EditState>()])
            {
                foreach (var (newestFirst, history) in ((bool, bool)[])[(false, false), (true, false), (false, true)])
                {
                    var wanted = written.Where(e => e.Says(text) && Shown(StateOf(written, committed, e), states, history)).Select(e => e.Sequence);
                    var found = await AllAsync(caller, new Wire.SearchEditsRequest { Memory = memory, Text = text, States = { states }, History = history, NewestFirst = newestFirst, Limit = 7 });
                    found.Select(e => e.Sequence).ShouldBe(newestFirst ? wanted.Reverse() : wanted, $"\"{text}\", {string.Join(" or ", states)}, newest first: {newestFirst}, history: {history}");
                    found.ShouldAllBe(e => e.State == StateOf(written, committed, written[(int)e.Sequence - 1]));
                }
            }
        }
    }

    private static async Task<(List<Entry> Written, long Committed)> WriteAsync(RegistryClient caller, string memory, Random random)
    {
        var (written, committed) = (new List<Entry>(), 0L);
        while (written.Count < Steps)
        {
            var stands = written.Where(e => !e.Retraction && !written.Exists(later => later.Subject == e.Subject && later.Sequence > e.Sequence)).ToList();
            switch (random.Next(10))
            {
                case 0:
                    committed = (await caller.Grpc.CommitNowAsync(new Wire.CommitNowRequest { Memory = memory }, caller.Headers)).LastEdit;
                    break;
                case 1 or 2 when stands.Count > 0:
                    var back = stands[random.Next(stands.Count)];
                    await caller.Grpc.RetractEditAsync(new Wire.RetractEditRequest { Memory = memory, EditId = back.Id }, caller.Headers);
                    written.Add(back with { Sequence = written.Count + 1, Retraction = true });
                    break;
                default:
                    // Several at once, some of them about one fact: what replaces and what is replaced come together.
                    var said = Enumerable.Range(0, random.Next(1, 6)).Select(_ => (Country: Countries[random.Next(Countries.Length)], City: Cities[random.Next(Cities.Length)])).ToList();
                    var reply = await caller.SubmitAsync(memory, [.. said.Select(s => RegistryClient.Edit(s.Country, s.City))]);
                    written.AddRange(said.Zip(reply["edits"]!.AsArray(), (s, told) => new Entry((long)told!["sequence"]!, (string)told["id"]!, s.Country, s.City, Retraction: false)));
                    break;
            }
        }

        return (written, committed);
    }

    private static async Task<List<Wire.RecordedEdit>> AllAsync(RegistryClient caller, Wire.SearchEditsRequest request)
    {
        var found = new List<Wire.RecordedEdit>();
        do
        {
            var page = await caller.Grpc.SearchEditsAsync(request, caller.Headers);
            page.Edits.Count.ShouldBeLessThanOrEqualTo(request.Limit);
            found.AddRange(page.Edits);
            request.AfterSequence = page.Next;
        }
        while (request.AfterSequence != 0);

        return found;
    }

    private static bool Shown(Wire.EditState state, Wire.EditState[] states, bool history) =>
        states.Length > 0 ? states.Contains(state) : history || state is Wire.EditState.Pending or Wire.EditState.Committed;

    private static Wire.EditState StateOf(List<Entry> written, long committed, Entry entry) => (entry, written.Find(later => later.Subject == entry.Subject && later.Sequence > entry.Sequence)) switch
    {
        ({ Retraction: true }, _) or (_, { Retraction: true }) => Wire.EditState.Retracted,
        (_, not null) => Wire.EditState.Superseded,
        _ => entry.Sequence > committed ? Wire.EditState.Pending : Wire.EditState.Committed,
    };

    private sealed record Entry(long Sequence, string Id, string Subject, string Object, bool Retraction)
    {
        public bool Says(string text) => ((string[])[Subject, Object, $"The capital of {Subject} is"]).Any(said => said.Contains(text, StringComparison.InvariantCultureIgnoreCase));
    }
}
