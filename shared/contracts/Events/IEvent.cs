namespace MindBridge.Contracts;

/// <summary>
/// Something that happened and is true from now on. Events announce, the publisher's database decides: one may come late, twice, or out of order.
/// </summary>
public interface IEvent
{
    /// <summary>
    /// What the event is about, in business terms (a commit, an encoder for an LLM). Two deliveries with one key are one event: consumers act on the first and
    /// ignore the others, however much later they come.
    /// </summary>
    string BusinessKey();
}
