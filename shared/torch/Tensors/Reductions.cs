namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Native.ts_sum(this, default, -1, 0, Code(type));

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => Native.ts_sum(this, dim, dim.Length, keepdim ? 1 : 0, Code(type));

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => sum((ReadOnlySpan<long>)dim, keepdim, type);

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum([dim], keepdim, type);

        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1], keepdim, type);

        public Tensor mean() => Native.ts_mean(this, default, -1, 0, -1);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Native.ts_mean(this, dimensions, dimensions.Length, keepdim ? 1 : 0, Code(type));

        public Tensor var(bool unbiased = true) => Native.ts_var(this, default, -1, unbiased ? 1 : 0, 0);

        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Native.ts_var(this, dimensions, dimensions.Length, unbiased ? 1 : 0, keepdim ? 1 : 0);

        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);

        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var([dim], unbiased, keepdim, type);

        public Tensor std(bool unbiased = true) => Native.ts_std(this, default, -1, unbiased ? 1 : 0, 0);

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Native.ts_std(this, dimensions, dimensions.Length, unbiased ? 1 : 0, keepdim ? 1 : 0);

        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std([dim], unbiased, keepdim, type);

        public unsafe (Tensor @var, Tensor mean) var_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            var pair = stackalloc nint[2];
            Native.ts_var_mean(this, [dim], 1, unbiased ? 1 : 0, keepdim ? 1 : 0, pair);
            return (new(pair[0]), new(pair[1]));
        }

        public Tensor prod(ScalarType? type = null) => Native.ts_prod(this, 0, 1, 0, Code(type));

        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Native.ts_prod(this, dim, 0, keepdim ? 1 : 0, Code(type));

        public Tensor norm(float p = 2.0f) => Native.ts_norm(this, p, default, -1, 0);

        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Native.ts_norm(this, p, [dim], 1, keepdim ? 1 : 0);

        public Tensor amax(params long[] dims) => Native.ts_amax(this, dims, dims.Length, 0);

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => amax((ReadOnlySpan<long>)dims, keepdim, @out);

        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null)
        {
            var result = Native.ts_amax(this, dims, dims.Length, keepdim ? 1 : 0);
            return @out is null ? result : @out.copy_(result);
        }

        public Tensor amin(params long[] dims) => Native.ts_amin(this, dims, dims.Length, 0);

        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => amin((ReadOnlySpan<long>)dims, keepdim, @out);

        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null)
        {
            var result = Native.ts_amin(this, dims, dims.Length, keepdim ? 1 : 0);
            return @out is null ? result : @out.copy_(result);
        }

        public Tensor max() => Native.ts_max(this);

        public Tensor max(Tensor other) => maximum(other);

        public unsafe (Tensor values, Tensor indexes) max(long dim, bool keepdim = false)
        {
            var pair = stackalloc nint[2];
            Native.ts_max_dim(this, dim, keepdim ? 1 : 0, pair);
            return (new(pair[0]), new(pair[1]));
        }

        public Tensor min() => Native.ts_min(this);

        public Tensor min(Tensor other) => minimum(other);

        public unsafe (Tensor values, Tensor indexes) min(long dim, bool keepdim = false)
        {
            var pair = stackalloc nint[2];
            Native.ts_min_dim(this, dim, keepdim ? 1 : 0, pair);
            return (new(pair[0]), new(pair[1]));
        }

        public Tensor argmax() => Native.ts_argmax(this, 0, 1, 0);

        public Tensor argmax(long dim, bool keepdim = false) => Native.ts_argmax(this, dim, 0, keepdim ? 1 : 0);

        public Tensor argmin() => Native.ts_argmin(this, 0, 1, 0);

        public Tensor argmin(long dim, bool keepdim = false) => Native.ts_argmin(this, dim, 0, keepdim ? 1 : 0);

        public Tensor all() => Native.ts_all(this);

        public Tensor all(long dim, bool keepdim = false) => Native.ts_all_dim(this, dim, keepdim ? 1 : 0);

        public Tensor any() => Native.ts_any(this);

        public Tensor any(long dim, bool keepdim = false) => Native.ts_any_dim(this, dim, keepdim ? 1 : 0);

        public Tensor median() => Native.ts_median(this);

        public unsafe (Tensor values, Tensor indices) mode(long dim = -1L, bool keepdim = false)
        {
            var pair = stackalloc nint[2];
            Native.ts_mode(this, dim, keepdim ? 1 : 0, pair);
            return (new(pair[0]), new(pair[1]));
        }

        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Native.ts_quantile(this, q, dim, 0, keepdim ? 1 : 0);

        public Tensor logsumexp(long dim, bool keepdim = false) => Native.ts_logsumexp(this, [dim], 1, keepdim ? 1 : 0);

        public Tensor count_nonzero(long[]? dims = null) => Native.ts_count_nonzero(this, dims, dims?.Length ?? -1);

        public Tensor cumsum(long dim, ScalarType? type = null) => Native.ts_cumsum(this, dim, Code(type));

        public Tensor cumprod(long dim, ScalarType? type = null) => Native.ts_cumprod(this, dim, Code(type));

        public unsafe (Tensor values, Tensor indexes) cummax(long dim)
        {
            var pair = stackalloc nint[2];
            Native.ts_cummax(this, dim, pair);
            return (new(pair[0]), new(pair[1]));
        }

        public unsafe (Tensor values, Tensor indexes) cummin(long dim)
        {
            var pair = stackalloc nint[2];
            Native.ts_cummin(this, dim, pair);
            return (new(pair[0]), new(pair[1]));
        }

        public Tensor logcumsumexp(long dim) => Native.ts_logcumsumexp(this, dim);

        public Tensor trace() => Native.ts_trace(this);
    }

    public static Tensor sum(Tensor input, ScalarType? type = null) => input.sum(type);

    public static Tensor sum(Tensor input, ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => input.sum(dim, keepdim, type);

    public static Tensor sum(Tensor input, long[] dim, bool keepdim = false, ScalarType? type = null) => input.sum(dim, keepdim, type);

    public static Tensor sum(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) => input.sum(dim, keepdim, type);

    public static Tensor mean(Tensor input) => input.mean();

    public static Tensor mean(Tensor input, long[] dimensions, bool keepdim = false, ScalarType? type = null) => input.mean(dimensions, keepdim, type);

    public static Tensor var(Tensor input, bool unbiased = true) => input.var(unbiased);

    public static Tensor var(Tensor input, long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var(dim, unbiased, keepdim, type);

    public static Tensor std(Tensor input, bool unbiased = true) => input.std(unbiased);

    public static Tensor std(Tensor input, long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std(dim, unbiased, keepdim, type);

    public static Tensor prod(Tensor input, ScalarType? type = null) => input.prod(type);

    public static Tensor prod(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) => input.prod(dim, keepdim, type);

    public static Tensor norm(Tensor input, float p = 2.0f) => input.norm(p);

    public static Tensor norm(Tensor input, int dimension, bool keepdim = false, float p = 2.0f) => input.norm(dimension, keepdim, p);

    public static Tensor amax(Tensor input, long[] dims, bool keepdim = false, Tensor? @out = null) => input.amax(dims, keepdim, @out);

    public static Tensor amin(Tensor input, long[] dims, bool keepdim = false, Tensor? @out = null) => input.amin(dims, keepdim, @out);

    public static Tensor max(Tensor input) => input.max();

    public static Tensor max(Tensor input, Tensor other) => input.maximum(other);

    public static (Tensor values, Tensor indexes) max(Tensor input, long dim, bool keepdim = false) => input.max(dim, keepdim);

    public static Tensor min(Tensor input) => input.min();

    public static Tensor min(Tensor input, Tensor other) => input.minimum(other);

    public static (Tensor values, Tensor indexes) min(Tensor input, long dim, bool keepdim = false) => input.min(dim, keepdim);

    public static Tensor argmax(Tensor input) => input.argmax();

    public static Tensor argmax(Tensor input, long dim, bool keepdim = false) => input.argmax(dim, keepdim);

    public static Tensor argmin(Tensor input) => input.argmin();

    public static Tensor argmin(Tensor input, long dim, bool keepdim = false) => input.argmin(dim, keepdim);

    public static Tensor all(Tensor input) => input.all();

    public static Tensor all(Tensor input, long dim, bool keepdim = false) => input.all(dim, keepdim);

    public static Tensor any(Tensor input) => input.any();

    public static Tensor any(Tensor input, long dim, bool keepdim = false) => input.any(dim, keepdim);

    public static Tensor median(Tensor input) => input.median();

    public static Tensor quantile(Tensor input, Tensor q, long dim = -1, bool keepdim = false) => input.quantile(q, dim, keepdim);

    public static Tensor logsumexp(Tensor input, long dim, bool keepdim = false) => input.logsumexp(dim, keepdim);

    public static Tensor count_nonzero(Tensor input, long[]? dims = null) => input.count_nonzero(dims);

    public static Tensor cumsum(Tensor input, long dim, ScalarType? type = null) => input.cumsum(dim, type);

    public static Tensor cumprod(Tensor input, long dim, ScalarType? type = null) => input.cumprod(dim, type);

    public static Tensor trace(Tensor input) => input.trace();
}
