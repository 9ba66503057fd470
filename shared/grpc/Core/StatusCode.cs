namespace Grpc.Core;

/// <summary>How a call ended; the numbers are those of the gRPC protocol.</summary>
public enum StatusCode
{
    /// <summary>It succeeded.</summary>
    OK = 0,

    /// <summary>The caller gave up.</summary>
    Cancelled = 1,

    /// <summary>Something failed that says no more about itself.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call ended; it may have succeeded all the same.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be created is there already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a limit or the disk is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that this call needs; do not repeat it as it is.</summary>
    FailedPrecondition = 9,

    /// <summary>Given up, mostly for a conflict between writers; repeat the whole transaction.</summary>
    Aborted = 10,

    /// <summary>Beyond the valid range in the present state.</summary>
    OutOfRange = 11,

    /// <summary>The server does not have this method.</summary>
    Unimplemented = 12,

    /// <summary>An invariant is broken.</summary>
    Internal = 13,

    /// <summary>The service cannot be reached now; repeat with back-off.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupted beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller did not say who it is, or not believably.</summary>
    Unauthenticated = 16,
}
