namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor matmul(Tensor target) => Native.ts_matmul(this, target);

        public Tensor mm(Tensor target) => Native.ts_mm(this, target);

        public Tensor bmm(Tensor batch2) => Native.ts_bmm(this, batch2);

        public Tensor mv(Tensor target) => Native.ts_mv(this, target);

        public Tensor dot(Tensor target) => Native.ts_dot(this, target);

        public Tensor vdot(Tensor target) => Native.ts_vdot(this, target);

        public Tensor inner(Tensor vec2) => Native.ts_inner(this, vec2);

        public Tensor outer(Tensor vec2) => Native.ts_outer(this, vec2);

        public Tensor kron(Tensor other) => Native.ts_kron(this, other);

        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Native.ts_addmm(this, mat1, mat2, beta, alpha);

        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1)
        {
            Native.ts_addmm_(this, mat1, mat2, beta, alpha);
            return this;
        }

        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f) => Native.ts_addmv(this, mat, vec, beta, alpha);

        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Native.ts_baddbmm(this, batch1, batch2, beta, alpha);

        public Tensor matrix_power(int n) => Native.ts_matrix_power(this, n);

        public Tensor inverse() => linalg.inv(this);

        public Tensor cross(Tensor other, long dim) => Native.ts_cross(this, other, dim);

        public Tensor det() => Native.ts_det(this);

        public Tensor pinverse(double rcond = 1e-15, bool hermitian = false) => Native.ts_pinv(this, rcond, hermitian ? 1 : 0);
    }

    public static Tensor matmul(Tensor input, Tensor target) => input.matmul(target);

    public static Tensor mm(Tensor input, Tensor target) => input.mm(target);

    public static Tensor bmm(Tensor input, Tensor batch2) => input.bmm(batch2);

    public static Tensor mv(Tensor input, Tensor target) => input.mv(target);

    public static Tensor dot(Tensor input, Tensor target) => input.dot(target);

    public static Tensor inner(Tensor input, Tensor vec2) => input.inner(vec2);

    public static Tensor outer(Tensor input, Tensor vec2) => input.outer(vec2);

    public static Tensor kron(Tensor input, Tensor other) => input.kron(other);

    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => input.addmm(mat1, mat2, beta, alpha);

    public static Tensor addmv(Tensor input, Tensor mat, Tensor vec, float beta = 1, float alpha = 1) => input.addmv(mat, vec, beta, alpha);

    public static Tensor baddbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => input.baddbmm(batch1, batch2, beta, alpha);

    public static unsafe Tensor einsum(string equation, params Tensor[] tensors)
    {
        using var parts = new Handles(tensors);
        fixed (nint* p = parts.Values) return Native.ts_einsum(equation, p, parts.Length);
    }

    public static Tensor tensordot(Tensor a, Tensor b, long[] dims1, long[] dims2) => Native.ts_tensordot(a, b, dims1, dims2, dims1.Length);

    /// <summary>Whether cdist goes through a matrix product.</summary>
    public enum compute_mode
    {
        use_mm_for_euclid_dist_if_necessary = 0,
        use_mm_for_euclid_dist = 1,
        donot_use_mm_for_euclid_dist = 2,
    }

    public static Tensor cdist(Tensor x1, Tensor x2, double p = 2.0, compute_mode compute_mode = compute_mode.use_mm_for_euclid_dist_if_necessary) =>
        Native.ts_cdist(x1, x2, p, (long)compute_mode);

    public static Tensor searchsorted(Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false) =>
        Native.ts_searchsorted(sorted_sequence, values, out_int32 ? 1 : 0, right ? 1 : 0);

    public static Tensor histc(Tensor input, long bins = 100, long min = 0, long max = 0) => Native.ts_histc(input, bins, min, max);

    public static class linalg
    {
        public static unsafe (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true)
        {
            var three = stackalloc nint[3];
            Native.ts_svd(input, fullMatrices ? 1 : 0, three);
            return (new(three[0]), new(three[1]), new(three[2]));
        }

        public static Tensor svdvals(Tensor input) => Native.ts_svdvals(input);

        public static unsafe (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L')
        {
            var pair = stackalloc nint[2];
            Native.ts_eigh(input, UPLO.ToString(), pair);
            return (new(pair[0]), new(pair[1]));
        }

        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Native.ts_eigvalsh(input, UPLO.ToString());

        public enum QRMode
        {
            Reduced = 0,
            Complete = 1,
            R = 2,
        }

        public static unsafe (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced)
        {
            var pair = stackalloc nint[2];
            Native.ts_qr(input, mode switch { QRMode.Complete => "complete", QRMode.R => "r", _ => "reduced" }, pair);
            return (new(pair[0]), new(pair[1]));
        }

        public static Tensor pinv(Tensor input, double rcond = 1e-15, bool hermitian = false) => Native.ts_pinv(input, rcond, hermitian ? 1 : 0);

        public static Tensor cholesky(Tensor input) => Native.ts_cholesky(input);

        public static Tensor inv(Tensor input) => Native.ts_inv(input);

        public static Tensor det(Tensor input) => Native.ts_det(input);

        public static Tensor solve(Tensor A, Tensor B, bool left = true) => left ? Native.ts_solve(A, B) : Native.ts_solve(A.transpose(-2, -1), B.transpose(-2, -1)).transpose(-2, -1);

        public static Tensor matrix_rank(Tensor input) => Native.ts_matrix_rank(input);

        public static Tensor matrix_exp(Tensor input) => Native.ts_matrix_exp(input);

        public static Tensor matrix_power(Tensor input, int n) => Native.ts_matrix_power(input, n);

        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) => Native.ts_linalg_norm(input, 0, 0, dims, dims?.Length ?? -1, keepdim ? 1 : 0);

        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) => Native.ts_linalg_norm(input, ord, 1, dims, dims?.Length ?? -1, keepdim ? 1 : 0);

        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false) => Native.ts_linalg_norm_kind(input, ord, dims, dims?.Length ?? -1, keepdim ? 1 : 0);

        public static Tensor vector_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) => Native.ts_vector_norm(input, ord, dims, dims?.Length ?? -1, keepdim ? 1 : 0);
    }
}
