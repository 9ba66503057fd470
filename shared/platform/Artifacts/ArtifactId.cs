namespace MindBridge.Platform.Artifacts;

/// <summary>An artifact's name: the SHA-256 of its content, 64 hexadecimal digits in lower case.</summary>
public readonly record struct ArtifactId
{
    /// <exception cref="ArgumentException">This is no SHA-256.</exception>
    public ArtifactId(string value)
    {
        if (value is not { Length: 64 } || !value.All(char.IsAsciiHexDigitLower)) throw new ArgumentException($"\"{value}\" is no artifact id; an id is a SHA-256 of 64 hexadecimal digits in lower case");
        Value = value;
    }

    public string Value { get; }

    public override string ToString() => Value;
}
