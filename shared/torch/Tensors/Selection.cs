namespace TorchSharp;

public static partial class torch
{
    /// <summary>One entry of an index expression: a number, a range, a mask or index tensor, an ellipsis, a new dimension.</summary>
    public struct TensorIndex
    {
        internal NativeIndex Native;
        internal Tensor? Held;

        private const long Absent = long.MinValue;

        public static readonly TensorIndex None = new() { Native = new() { Kind = 0 } };
        public static readonly TensorIndex Null = new() { Native = new() { Kind = 0 } };
        public static readonly TensorIndex Ellipsis = new() { Native = new() { Kind = 1 } };
        public static readonly TensorIndex Colon = Slice();

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Native = new() { Kind = 4, A = start ?? Absent, B = stop ?? Absent, C = step ?? Absent } };

        public static TensorIndex Slice((int? start, int? end) range) => Slice((long?)range.start, range.end);

        public static TensorIndex Slice(Range range) =>
            Slice(range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
                !range.End.IsFromEnd ? range.End.Value : range.End.Value == 0 ? null : -range.End.Value);

        public static TensorIndex Bool(bool value) => new() { Native = new() { Kind = 2, A = value ? 1 : 0 } };

        public static TensorIndex Single(long? index) => new() { Native = new() { Kind = 3, A = index ?? 0 } };

        public static TensorIndex Tensor(Tensor tensor) => new() { Native = new() { Kind = 5 }, Held = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);

        /// <summary>Only there so that an index prefers this type over a tensor where both would do.</summary>
        public static implicit operator Tensor(TensorIndex value) => throw new InvalidOperationException("Should not be called.");
    }

    public partial class Tensor
    {
        private static NativeIndex[] Encode(TensorIndex[] indices)
        {
            var entries = new NativeIndex[indices.Length];
            for (var i = 0; i < entries.Length; i++)
            {
                entries[i] = indices[i].Native;
                if (indices[i].Held is { } held) entries[i].Tensor = held.Handle;
            }
            return entries;
        }

        private static TensorIndex[] Numbers(params long[] indices) => Array.ConvertAll(indices, static i => TensorIndex.Single(i));

        private static TensorIndex[] All(Tensor[] indices) => Array.ConvertAll(indices, static t => TensorIndex.Tensor(t));

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => index_put_(value, Numbers(i1));
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => index(Numbers(i1, i2));
            set => index_put_(value, Numbers(i1, i2));
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => index(Numbers(i1, i2, i3));
            set => index_put_(value, Numbers(i1, i2, i3));
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => index(Numbers(i1, i2, i3, i4));
            set => index_put_(value, Numbers(i1, i2, i3, i4));
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => index(Numbers(indices));
            set => index_put_(value, Numbers(indices));
        }

        public unsafe Tensor index(params TensorIndex[] indices)
        {
            fixed (NativeIndex* entries = Encode(indices))
            {
                var result = Native.ts_index(this, entries, indices.Length);
                GC.KeepAlive(indices);
                return result;
            }
        }

        public Tensor index(params Tensor[] indices) => index(All(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public unsafe Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            fixed (NativeIndex* entries = Encode(indices)) Native.ts_index_put_(this, entries, indices.Length, value, accumulate ? 1 : 0);
            GC.KeepAlive(indices);
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, All(indices), false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) => index_put_(value, All(indices), accumulate);

        public unsafe Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            fixed (NativeIndex* entries = Encode(indices)) Native.ts_index_put_scalar_(this, entries, indices.Length, value);
            GC.KeepAlive(indices);
            return this;
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices) => index_put_(value, All(indices));

        public Tensor index_select(long dim, Tensor index) => Native.ts_index_select(this, dim, index);

        public Tensor take(Tensor index) => Native.ts_take_flat(this, index);

        public Tensor take_along_dim(Tensor indices) => Native.ts_take_along_dim(this, indices, 0, 1);

        public Tensor take_along_dim(Tensor indices, long dim) => Native.ts_take_along_dim(this, indices, dim, 0);

        public Tensor gather(long dim, Tensor index) => Native.ts_gather(this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Native.ts_scatter(this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src)
        {
            Native.ts_scatter_(this, dim, index, src);
            return this;
        }

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Native.ts_scatter_add(this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src)
        {
            Native.ts_scatter_add_(this, dim, index, src);
            return this;
        }

        private static void CheckIndex(Tensor index)
        {
            if (index.dtype != ScalarType.Int64) throw new ArgumentException("Element type of 'index' must be 'Int64'");
        }

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha)
        {
            CheckIndex(index);
            return Native.ts_index_add(this, dim, index, source, alpha);
        }

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha)
        {
            CheckIndex(index);
            Native.ts_index_add_(this, dim, index, source, alpha);
            return this;
        }

        public Tensor index_copy(long dim, Tensor index, Tensor source)
        {
            CheckIndex(index);
            return Native.ts_index_copy(this, dim, index, source);
        }

        public Tensor index_copy_(long dim, Tensor index, Tensor source)
        {
            CheckIndex(index);
            Native.ts_index_copy_(this, dim, index, source);
            return this;
        }

        public Tensor index_fill(long dim, Tensor index, Scalar value)
        {
            CheckIndex(index);
            return Native.ts_index_fill(this, dim, index, value);
        }

        public Tensor index_fill_(long dim, Tensor index, Scalar value)
        {
            CheckIndex(index);
            Native.ts_index_fill_(this, dim, index, value);
            return this;
        }

        public Tensor masked_fill(Tensor mask, Scalar value) => Native.ts_masked_fill(this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value)
        {
            Native.ts_masked_fill_(this, mask, value);
            return this;
        }

        public Tensor masked_select(Tensor mask)
        {
            if (mask.dtype != ScalarType.Bool) throw new ArgumentException("The mask tensor must be Boolean.");
            return Native.ts_masked_select(this, mask);
        }

        public Tensor masked_scatter(Tensor mask, Tensor value) => Native.ts_masked_scatter(this, mask, value);

        public Tensor nonzero() => Native.ts_nonzero(this);

        public Tensor argwhere() => Native.ts_nonzero(this);

        public unsafe (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            var pair = stackalloc nint[2];
            Native.ts_topk(this, k, dim, largest ? 1 : 0, sorted ? 1 : 0, pair);
            return (new(pair[0]), new(pair[1]));
        }

        public unsafe (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false)
        {
            var pair = stackalloc nint[2];
            Native.ts_kthvalue(this, k, dim ?? -1, keepdim ? 1 : 0, pair);
            return (new(pair[0]), new(pair[1]));
        }

        public unsafe (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
        {
            var pair = stackalloc nint[2];
            Native.ts_sort(this, dim, descending ? 1 : 0, stable ? 1 : 0, pair);
            return (new(pair[0]), new(pair[1]));
        }

        public Tensor argsort(long dim = -1, bool descending = false) => Native.ts_argsort(this, dim, descending ? 1 : 0);

        public unsafe (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
        {
            var three = stackalloc nint[3];
            if (dim.HasValue) Native.ts_unique_dim(this, dim.Value, sorted ? 1 : 0, return_inverse ? 1 : 0, return_counts ? 1 : 0, three);
            else Native.ts_unique(this, sorted ? 1 : 0, return_inverse ? 1 : 0, return_counts ? 1 : 0, three);
            Tensor values = new(three[0]), inverse = new(three[1]), counts = new(three[2]);
            if (!return_inverse) inverse.Dispose();
            if (!return_counts) counts.Dispose();
            return (values, return_inverse ? inverse : null, return_counts ? counts : null);
        }

        public Tensor bincount(Tensor? weights, long minlength = 0) => Native.ts_bincount(this, weights, minlength);

        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) => Native.ts_bucketize(this, boundaries, outInt32 ? 1 : 0, right ? 1 : 0);

        public Tensor isin(Tensor test_elements, bool assumeUnique = false, bool invert = false) => Native.ts_isin(this, test_elements, assumeUnique ? 1 : 0, invert ? 1 : 0);
    }

    public static Tensor gather(Tensor input, long dim, Tensor index) => input.gather(dim, index);

    public static Tensor scatter(Tensor input, long dim, Tensor index, Tensor src) => input.scatter(dim, index, src);

    public static Tensor scatter_add(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_add(dim, index, src);

    public static Tensor index_select(Tensor input, long dim, Tensor index) => input.index_select(dim, index);

    public static Tensor index_add(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) => input.index_add(dim, index, source, alpha);

    public static Tensor index_copy(Tensor input, long dim, Tensor index, Tensor source) => input.index_copy(dim, index, source);

    public static Tensor masked_select(Tensor input, Tensor mask) => input.masked_select(mask);

    public static Tensor take(Tensor input, Tensor index) => input.take(index);

    public static Tensor nonzero(Tensor input) => input.nonzero();

    public static Tensor argwhere(Tensor input) => input.argwhere();

    public static (Tensor values, Tensor indexes) topk(Tensor tensor, int k, int dim = -1, bool largest = true, bool sorted = true) => tensor.topk(k, dim, largest, sorted);

    public static (Tensor Values, Tensor Indices) sort(Tensor input, long dim = -1, bool descending = false, bool stable = false) => input.sort(dim, descending, stable);

    public static Tensor argsort(Tensor input, long dim = -1, bool descending = false) => input.argsort(dim, descending);

    public static (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(Tensor input, bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null) =>
        input.unique(sorted, return_inverse, return_counts, dim);

    public static Tensor isin(Tensor elements, Tensor test_elements, bool assumeUnique = false, bool invert = false) => elements.isin(test_elements, assumeUnique, invert);

    public static Tensor bincount(Tensor input, Tensor? weights = null, long minlength = 0) => input.bincount(weights, minlength);
}
