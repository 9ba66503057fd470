namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor reshape(params long[] shape) => Native.ts_reshape(this, shape, shape.Length);

        public Tensor reshape(ReadOnlySpan<long> shape) => Native.ts_reshape(this, shape, shape.Length);

        public Tensor view(params long[] shape) => Native.ts_view(this, shape, shape.Length);

        public Tensor view(ScalarType dtype) => Native.ts_view_dtype(this, (int)dtype);

        public Tensor view_as(Tensor other) => view(other.shape);

        public Tensor expand(params long[] sizes) => Native.ts_expand(this, sizes, sizes.Length, 0);

        public Tensor expand(long[] sizes, bool isImplicit = false) => Native.ts_expand(this, sizes, sizes.Length, isImplicit ? 1 : 0);

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Native.ts_expand(this, sizes, sizes.Length, isImplicit ? 1 : 0);

        public Tensor expand_as(Tensor other) => expand(other.shape);

        public Tensor broadcast_to(params long[] shape) => Native.ts_broadcast_to(this, shape, shape.Length);

        public Tensor permute(params long[] permutation) => Native.ts_permute(this, permutation, permutation.Length);

        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());

        public Tensor transpose(long dim0, long dim1) => Native.ts_transpose(this, dim0, dim1);

        public Tensor transpose_(long dim0, long dim1)
        {
            Native.ts_transpose_(this, dim0, dim1);
            return this;
        }

        public Tensor swapdims(long dim0, long dim1) => transpose(dim0, dim1);

        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);

        public Tensor movedim(long[] source, long[] destination) => Native.ts_movedim(this, source, source.Length, destination, destination.Length);

        public Tensor t() => Native.ts_t(this);

        public Tensor T
        {
            get
            {
                var order = new long[Dimensions];
                for (var i = 0; i < order.Length; i++) order[i] = order.Length - 1 - i;
                return permute(order);
            }
        }

        public Tensor mT => Native.ts_adjoint(this);

        public Tensor squeeze(long? dim = null) => dim.HasValue ? Native.ts_squeeze_dim(this, dim.Value) : Native.ts_squeeze(this);

        public Tensor squeeze_(long? dim = null)
        {
            Native.ts_squeeze_dim_(this, dim ?? 0, dim.HasValue ? 0 : 1);
            return this;
        }

        public Tensor unsqueeze(long dim) => Native.ts_unsqueeze(this, dim);

        public Tensor unsqueeze_(long dim)
        {
            Native.ts_unsqueeze_(this, dim);
            return this;
        }

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Native.ts_flatten(this, start_dim, end_dim);

        public Tensor unflatten(long dim, params long[] sizes) => Native.ts_unflatten(this, dim, sizes, sizes.Length);

        public Tensor ravel() => Native.ts_ravel(this);

        public Tensor narrow(long dim, long start, long length) => Native.ts_narrow(this, dim, start, length);

        public Tensor slice(long dim, long start, long finish, long step)
        {
            if (step < 1) throw new ArgumentException($"step is {step}, but it should always be positive.");
            return Native.ts_slice(this, dim, start, finish, step);
        }

        public Tensor select(long dim, long index) => Native.ts_select(this, dim, index);

        public Tensor diagonal(long offset = 0L, long dim1 = 0L, long dim2 = 1L) => Native.ts_diagonal(this, offset, dim1, dim2);

        public Tensor diag(long diagonal = 0) => Native.ts_diag(this, diagonal);

        public Tensor diag_embed(long offset = 0L, long dim1 = -2L, long dim2 = -1L) => Native.ts_diag_embed(this, offset, dim1, dim2);

        public Tensor tril(long diagonal = 0) => Native.ts_tril(this, diagonal);

        public Tensor triu(long diagonal = 0) => Native.ts_triu(this, diagonal);

        public Tensor tril_(long diagonal = 0)
        {
            Native.ts_tril_(this, diagonal);
            return this;
        }

        public Tensor triu_(long diagonal = 0)
        {
            Native.ts_triu_(this, diagonal);
            return this;
        }

        public Tensor repeat(params long[] sizes) => Native.ts_repeat(this, sizes, sizes.Length);

        public Tensor tile(long[] reps) => Native.ts_tile(this, reps, reps.Length);

        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) => Native.ts_repeat_interleave(this, repeats, dim ?? 0, dim.HasValue ? 0 : 1);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) => Native.ts_repeat_interleave_int(this, repeats, dim ?? 0, dim.HasValue ? 0 : 1);

        public Tensor flip(params long[] dims) => Native.ts_flip(this, dims, dims.Length);

        public Tensor roll(long shifts, long? dims = null) => dims.HasValue ? Native.ts_roll(this, [shifts], 1, [dims.Value], 1) : Native.ts_roll(this, [shifts], 1, default, 0);

        public Tensor roll(long[] shifts, long[] dims) => Native.ts_roll(this, shifts, shifts.Length, dims, dims.Length);

        public Tensor unfold(long dimension, long size, long step) => Native.ts_unfold(this, dimension, size, step);

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0L) => Native.ts_as_strided(this, size, size.Length, strides, storageOffset);

        public Tensor[] split(long size, int dim = 0) => Handles.Take(Native.ts_split(this, size, dim));

        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => Handles.Take(Native.ts_split_sizes(this, sizes, sizes.Length, dim));

        public Tensor[] split(long[] sizes, long dim = 0) => split((ReadOnlySpan<long>)sizes, dim);

        public Tensor[] split(params long[] sizes) => split((ReadOnlySpan<long>)sizes, 0);

        public Tensor[] tensor_split(long size, long dim = 0L) => Handles.Take(Native.ts_tensor_split(this, size, dim));

        public Tensor[] chunk(long chunks, long dim = 0L) => Handles.Take(Native.ts_chunk(this, chunks, dim));

        public Tensor[] unbind(long dimension = 0L) => Handles.Take(Native.ts_unbind(this, dimension));

        public Tensor diff(long n = 1, long dim = -1) => Native.ts_diff(this, n, dim);
    }

    /// <summary>Joins tensors along a dimension; of a single one it is that tensor itself, as in TorchSharp.</summary>
    public static unsafe Tensor cat(IList<Tensor> tensors, long dim = 0)
    {
        if (tensors.Count == 0) throw new ArgumentException("cat needs at least one tensor", nameof(tensors));
        if (tensors.Count == 1) return tensors[0];
        using var parts = new Handles([.. tensors]);
        fixed (nint* p = parts.Values) return Native.ts_cat(p, parts.Length, dim);
    }

    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    public static unsafe Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        using var parts = new Handles([.. tensors]);
        fixed (nint* p = parts.Values) return Native.ts_stack(p, parts.Length, dim);
    }

    public static unsafe Tensor hstack(IList<Tensor> tensors)
    {
        using var parts = new Handles([.. tensors]);
        fixed (nint* p = parts.Values) return Native.ts_hstack(p, parts.Length);
    }

    public static unsafe Tensor vstack(IList<Tensor> tensors)
    {
        using var parts = new Handles([.. tensors]);
        fixed (nint* p = parts.Values) return Native.ts_vstack(p, parts.Length);
    }

    public static unsafe Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij")
    {
        using var parts = new Handles([.. tensors]);
        fixed (nint* p = parts.Values) return Handles.Take(Native.ts_meshgrid(p, parts.Length, indexing));
    }

    public static Tensor reshape(Tensor input, params long[] shape) => input.reshape(shape);

    public static Tensor permute(Tensor input, params long[] permutation) => input.permute(permutation);

    public static Tensor transpose(Tensor input, long dim0, long dim1) => input.transpose(dim0, dim1);

    public static Tensor t(Tensor input) => input.t();

    public static Tensor squeeze(Tensor input, long? dim = null) => input.squeeze(dim);

    public static Tensor unsqueeze(Tensor input, long dim) => input.unsqueeze(dim);

    public static Tensor flatten(Tensor input, long start_dim = 0, long end_dim = -1) => input.flatten(start_dim, end_dim);

    public static Tensor narrow(Tensor input, long dim, long start, long length) => input.narrow(dim, start, length);

    public static Tensor select(Tensor input, long dim, long index) => input.select(dim, index);

    public static Tensor[] split(Tensor tensor, long[] split_size_or_sections, long dim = 0L) => tensor.split(split_size_or_sections, dim);

    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0L) => input.chunk(chunks, dim);

    public static Tensor[] unbind(Tensor input, long dimension = 0L) => input.unbind(dimension);

    public static Tensor tril(Tensor input, long diagonal = 0L) => input.tril(diagonal);

    public static Tensor triu(Tensor input, long diagonal = 0L) => input.triu(diagonal);

    public static Tensor tile(Tensor input, long[] reps) => input.tile(reps);

    public static Tensor flip(Tensor input, params long[] dims) => input.flip(dims);

    public static Tensor roll(Tensor input, long shifts, long? dims = null) => input.roll(shifts, dims);

    public static Tensor broadcast_to(Tensor input, params long[] shape) => input.broadcast_to(shape);

    public static Tensor repeat_interleave(Tensor input, Tensor repeats, long? dim = null, long? output_size = null) => input.repeat_interleave(repeats, dim, output_size);

    public static Tensor repeat_interleave(Tensor input, long repeats, long? dim = null, long? output_size = null) => input.repeat_interleave(repeats, dim, output_size);

    public static Tensor diag(Tensor input, long diagonal = 0) => input.diag(diagonal);

    public static Tensor diagonal(Tensor input, long offset = 0, long dim1 = 0, long dim2 = 0) => input.diagonal(offset, dim1, dim2);

    public static Tensor tril_indices(long row, long col, long offset = 0L, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Native.ts_tril_indices(row, col, offset, (int)dtype, Kind(device), Index(device));

    public static Tensor triu_indices(long row, long col, long offset = 0L, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Native.ts_triu_indices(row, col, offset, (int)dtype, Kind(device), Index(device));
}
