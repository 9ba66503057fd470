namespace MindBridge.Platform.Security;

/// <summary>What a caller may do; each role may do what the ones before it may.</summary>
public enum Role
{
    /// <summary>Looks and asks.</summary>
    Reader,

    /// <summary>Submits, retracts and commits edits, and creates memories.</summary>
    Editor,

    /// <summary>Releases LLM versions, sets gates and webhooks, promotes, rolls back, and looks after jobs.</summary>
    Operator,

    /// <summary>Reads the audit log.</summary>
    Admin,

    /// <summary>One of the platform's own services: acts for every tenant.</summary>
    Service,
}
