namespace MindBridge.Platform.Security;

/// <summary>What a caller may do; each role may do what the ones before it may.</summary>
public enum Role
{
    /// <summary>Looks and asks.</summary>
    Reader,

    /// <summary>Submits, retracts and commits edits, and creates memories.</summary>
    Editor,

    /// <summary>Releases LLM versions, promotes, rolls back, and looks after jobs.</summary>
    Operator,

    /// <summary>Sets gates and webhooks, and reads the audit log.</summary>
    Admin,

    /// <summary>One of the platform's own services: acts for every tenant.</summary>
    Service,
}
