using System.Collections;
using System.Text;

namespace Grpc.Core;

/// <summary>Headers or trailers of a call, in order; a key may occur more than once. Keys that end in <c>-bin</c> hold bytes.</summary>
public sealed class Metadata : IList<Metadata.Entry>
{
    /// <summary>Ends the key of every binary entry.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>Nothing at all; cannot be changed.</summary>
    public static readonly Metadata Empty = new() { _isReadOnly = true };

    private readonly List<Entry> _entries = [];
    private bool _isReadOnly;

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public bool IsReadOnly => _isReadOnly;

    /// <inheritdoc/>
    public Entry this[int index]
    {
        get => _entries[index];
        set => Changeable()[index] = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The last entry of this key, or null.</summary>
    public Entry? Get(string key) => _entries.FindLast(entry => Same(entry, key));

    /// <summary>The text of the last entry of this key, or null.</summary>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>The bytes of the last entry of this key, or null.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>Every entry of this key, in order.</summary>
    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => Same(entry, key));

    /// <inheritdoc/>
    public void Add(Entry item) => Changeable().Add(item ?? throw new ArgumentNullException(nameof(item)));

    /// <summary>Adds a text.</summary>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <summary>Adds bytes; <paramref name="key"/> must end in <c>-bin</c>.</summary>
    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    /// <inheritdoc/>
    public void Insert(int index, Entry item) => Changeable().Insert(index, item ?? throw new ArgumentNullException(nameof(item)));

    /// <inheritdoc/>
    public bool Remove(Entry item) => Changeable().Remove(item);

    /// <inheritdoc/>
    public void RemoveAt(int index) => Changeable().RemoveAt(index);

    /// <inheritdoc/>
    public void Clear() => Changeable().Clear();

    /// <inheritdoc/>
    public int IndexOf(Entry item) => _entries.IndexOf(item);

    /// <inheritdoc/>
    public bool Contains(Entry item) => _entries.Contains(item);

    /// <inheritdoc/>
    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    private static bool Same(Entry entry, string key) => string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase);

    private List<Entry> Changeable() => _isReadOnly ? throw new InvalidOperationException("Object is read only") : _entries;

    /// <summary>One key and its value.</summary>
    public class Entry
    {
        private readonly string? _text;
        private readonly byte[]? _bytes;

        /// <summary>Bytes.</summary>
        /// <exception cref="ArgumentException">The key has a character that headers do not allow, or does not end in <c>-bin</c>.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = Normalised(key);
            if (!IsBinary) throw new ArgumentException("Key for binary valued metadata entry needs to have suffix indicating binary value.", nameof(key));
            ArgumentNullException.ThrowIfNull(valueBytes);
            _bytes = [.. valueBytes];
        }

        /// <summary>A text; only ASCII arrives unharmed.</summary>
        /// <exception cref="ArgumentException">The key has a character that headers do not allow, or ends in <c>-bin</c>.</exception>
        public Entry(string key, string value)
        {
            Key = Normalised(key);
            if (IsBinary) throw new ArgumentException("Key for ASCII valued metadata entry cannot have suffix indicating binary value.", nameof(key));
            _text = value ?? throw new ArgumentNullException(nameof(value));
        }

        /// <summary>The key, in lower case.</summary>
        public string Key { get; }

        /// <summary>Whether the value is bytes.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The value as bytes: a copy, or the ASCII of a text.</summary>
        public byte[] ValueBytes => _bytes is null ? Encoding.ASCII.GetBytes(_text!) : [.. _bytes];

        /// <summary>The value as text.</summary>
        /// <exception cref="InvalidOperationException">The entry is binary.</exception>
        public string Value => _text ?? throw new InvalidOperationException("Cannot access string value of a binary metadata entry");

        /// <summary>The bytes without a copy.</summary>
        internal ReadOnlySpan<byte> Bytes => _bytes;

        /// <inheritdoc/>
        public override string ToString() => IsBinary
            ? $"[Entry: key={Key}, valueBytes={Convert.ToHexString(_bytes!)}]"
            : $"[Entry: key={Key}, value={_text}]";

        private static string Normalised(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            if (key.Length == 0 || key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')))
                throw new ArgumentException($"Metadata entry key \"{key}\" is not valid: keys can only contain letters, digits, underscores, hyphens and dots.", nameof(key));
            return key.ToLowerInvariant();
        }
    }
}
