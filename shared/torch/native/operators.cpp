// Operators of tensors: elementwise, comparison, reduction, shape, selection, linear algebra, sampling.
#include "shim.h"

#define UNARY(name) \
    API Handle ts_##name(Handle a) { return tensor([&] { return at::name(t(a)); }); }
#define UNARY_(name) \
    API int ts_##name##_(Handle a) { return status([&] { t(a).name##_(); }); }
#define UNARY2(name) UNARY(name) UNARY_(name)
#define BINARY(name) \
    API Handle ts_##name(Handle a, Handle b) { return tensor([&] { return at::name(t(a), t(b)); }); }
#define BINARY_(name) \
    API int ts_##name##_(Handle a, Handle b) { return status([&] { t(a).name##_(t(b)); }); }
#define SCALAR(name) \
    API Handle ts_##name##_scalar(Handle a, Number b) { return tensor([&] { return at::name(t(a), n(b)); }); }
#define SCALAR_(name) \
    API int ts_##name##_scalar_(Handle a, Number b) { return status([&] { t(a).name##_(n(b)); }); }
#define EITHER(name) BINARY(name) SCALAR(name)
#define EITHER2(name) BINARY(name) BINARY_(name) SCALAR(name) SCALAR_(name)

// Elementwise, one operand
UNARY2(abs) UNARY2(neg) UNARY2(exp) UNARY2(exp2) UNARY2(expm1) UNARY2(log) UNARY2(log2) UNARY2(log10) UNARY2(log1p)
UNARY2(sqrt) UNARY2(rsqrt) UNARY2(square) UNARY2(reciprocal) UNARY2(sin) UNARY2(cos) UNARY2(tan) UNARY2(asin) UNARY2(acos) UNARY2(atan)
UNARY2(sinh) UNARY2(cosh) UNARY2(tanh) UNARY2(asinh) UNARY2(acosh) UNARY2(atanh) UNARY2(sigmoid) UNARY2(erf) UNARY2(erfc) UNARY2(erfinv)
UNARY2(floor) UNARY2(ceil) UNARY2(round) UNARY2(trunc) UNARY2(frac) UNARY2(sign) UNARY2(sgn) UNARY2(lgamma) UNARY2(digamma)
UNARY2(logical_not) UNARY2(bitwise_not) UNARY2(relu)
UNARY(isnan) UNARY(isinf) UNARY(isfinite) UNARY(isposinf) UNARY(isneginf) UNARY(signbit) UNARY(positive)
UNARY(nonzero) UNARY(trace) UNARY(t) UNARY(ravel)
API int ts_zero_(Handle a) { return status([&] { t(a).zero_(); }); }
API int ts_fill_(Handle a, Number v) { return status([&] { t(a).fill_(n(v)); }); }
API Handle ts_round_decimals(Handle a, int64_t decimals) { return tensor([&] { return at::round(t(a), decimals); }); }
API Handle ts_logit(Handle a, double eps) { return tensor([&] { return at::logit(t(a), eps < 0 ? Optional<double>() : Optional<double>(eps)); }); }
API Handle ts_nan_to_num(Handle a, double nan, int hasPositive, double positive, int hasNegative, double negative) {
    return tensor([&] {
        return at::nan_to_num(t(a), nan, hasPositive ? Optional<double>(positive) : Optional<double>(), hasNegative ? Optional<double>(negative) : Optional<double>());
    });
}

// Elementwise, two operands
API Handle ts_add(Handle a, Handle b, Number alpha) { return tensor([&] { return at::add(t(a), t(b), n(alpha)); }); }
API int ts_add_(Handle a, Handle b, Number alpha) { return status([&] { t(a).add_(t(b), n(alpha)); }); }
API Handle ts_add_scalar(Handle a, Number b, Number alpha) { return tensor([&] { return at::add(t(a), n(b), n(alpha)); }); }
API int ts_add_scalar_(Handle a, Number b, Number alpha) { return status([&] { t(a).add_(n(b), n(alpha)); }); }
API Handle ts_sub(Handle a, Handle b, Number alpha) { return tensor([&] { return at::sub(t(a), t(b), n(alpha)); }); }
API int ts_sub_(Handle a, Handle b, Number alpha) { return status([&] { t(a).sub_(t(b), n(alpha)); }); }
API Handle ts_sub_scalar(Handle a, Number b, Number alpha) { return tensor([&] { return at::sub(t(a), n(b), n(alpha)); }); }
API int ts_sub_scalar_(Handle a, Number b, Number alpha) { return status([&] { t(a).sub_(n(b), n(alpha)); }); }
API Handle ts_rsub_scalar(Handle a, Number b) { return tensor([&] { return at::rsub(t(a), n(b)); }); }
EITHER2(mul) EITHER2(remainder) EITHER2(fmod) EITHER2(eq) EITHER2(ne) EITHER2(lt) EITHER2(le) EITHER2(gt) EITHER2(ge)
EITHER2(bitwise_and) EITHER2(bitwise_or) EITHER2(bitwise_xor)
API Handle ts_bitwise_left_shift(Handle a, Handle b) { return tensor([&] { return at::bitwise_left_shift(t(a), t(b)); }); }
API Handle ts_bitwise_right_shift(Handle a, Handle b) { return tensor([&] { return at::bitwise_right_shift(t(a), t(b)); }); }
BINARY(maximum) BINARY(minimum) BINARY(fmax) BINARY(fmin) BINARY(atan2) BINARY(hypot) BINARY(logaddexp) BINARY(logaddexp2)
BINARY(logical_and) BINARY_(logical_and) BINARY(logical_or) BINARY_(logical_or) BINARY(logical_xor) BINARY_(logical_xor)
EITHER(floor_divide) BINARY(xlogy)
API Handle ts_pow(Handle a, Handle b) { return tensor([&] { return at::pow(t(a), t(b)); }); }
API int ts_pow_(Handle a, Handle b) { return status([&] { t(a).pow_(t(b)); }); }
API Handle ts_pow_scalar(Handle a, Number b) { return tensor([&] { return at::pow(t(a), n(b)); }); }
API int ts_pow_scalar_(Handle a, Number b) { return status([&] { t(a).pow_(n(b)); }); }
API Handle ts_pow_base(Number a, Handle b) { return tensor([&] { return at::pow(n(a), t(b)); }); }
static Optional<c10::string_view> mode(int rounding) {
    return rounding == 1 ? Optional<c10::string_view>("trunc") : rounding == 2 ? Optional<c10::string_view>("floor") : Optional<c10::string_view>();
}
API Handle ts_div(Handle a, Handle b, int rounding) { return tensor([&] { return rounding ? at::div(t(a), t(b), mode(rounding)) : at::div(t(a), t(b)); }); }
API int ts_div_(Handle a, Handle b, int rounding) { return status([&] { if (rounding) t(a).div_(t(b), mode(rounding)); else t(a).div_(t(b)); }); }
API Handle ts_div_scalar(Handle a, Number b, int rounding) { return tensor([&] { return rounding ? at::div(t(a), n(b), mode(rounding)) : at::div(t(a), n(b)); }); }
API int ts_div_scalar_(Handle a, Number b, int rounding) { return status([&] { if (rounding) t(a).div_(n(b), mode(rounding)); else t(a).div_(n(b)); }); }
API Handle ts_clamp(Handle a, const Number* low, const Number* high) { return tensor([&] { return at::clamp(t(a), optional(low), optional(high)); }); }
API int ts_clamp_(Handle a, const Number* low, const Number* high) { return status([&] { t(a).clamp_(optional(low), optional(high)); }); }
API Handle ts_clamp_tensor(Handle a, Handle low, Handle high) { return tensor([&] { return at::clamp(t(a), optional(low), optional(high)); }); }
API Handle ts_addcmul(Handle a, Handle b, Handle c, Number value) { return tensor([&] { return at::addcmul(t(a), t(b), t(c), n(value)); }); }
API int ts_addcmul_(Handle a, Handle b, Handle c, Number value) { return status([&] { t(a).addcmul_(t(b), t(c), n(value)); }); }
API Handle ts_addcdiv(Handle a, Handle b, Handle c, Number value) { return tensor([&] { return at::addcdiv(t(a), t(b), t(c), n(value)); }); }
API int ts_addcdiv_(Handle a, Handle b, Handle c, Number value) { return status([&] { t(a).addcdiv_(t(b), t(c), n(value)); }); }
API Handle ts_lerp(Handle a, Handle b, Handle weight) { return tensor([&] { return at::lerp(t(a), t(b), t(weight)); }); }
API Handle ts_lerp_scalar(Handle a, Handle b, Number weight) { return tensor([&] { return at::lerp(t(a), t(b), n(weight)); }); }
API int ts_lerp_scalar_(Handle a, Handle b, Number weight) { return status([&] { t(a).lerp_(t(b), n(weight)); }); }
API Handle ts_isclose(Handle a, Handle b, double rtol, double atol, int nan) { return tensor([&] { return at::isclose(t(a), t(b), rtol, atol, nan != 0); }); }
API Handle ts_where(Handle condition, Handle a, Handle b) { return tensor([&] { return at::where(t(condition), t(a), t(b)); }); }
API int ts_where_list(Handle condition) { return tensors([&] { return at::where(t(condition)); }); }

// Reductions. dims with count < 0: over everything.
API Handle ts_sum(Handle a, const int64_t* dims, int count, int keep, int dtype) {
    return tensor([&] { return count < 0 ? at::sum(t(a), type(dtype)) : at::sum(t(a), ints(dims, count), keep != 0, type(dtype)); });
}
API Handle ts_mean(Handle a, const int64_t* dims, int count, int keep, int dtype) {
    return tensor([&] { return count < 0 ? at::mean(t(a), type(dtype)) : at::mean(t(a), ints(dims, count), keep != 0, type(dtype)); });
}
API Handle ts_var(Handle a, const int64_t* dims, int count, int unbiased, int keep) {
    return tensor([&] { return count < 0 ? at::var(t(a), unbiased != 0) : at::var(t(a), ints(dims, count), unbiased != 0, keep != 0); });
}
API Handle ts_std(Handle a, const int64_t* dims, int count, int unbiased, int keep) {
    return tensor([&] { return count < 0 ? at::std(t(a), unbiased != 0) : at::std(t(a), ints(dims, count), unbiased != 0, keep != 0); });
}
API int ts_var_mean(Handle a, const int64_t* dims, int count, int unbiased, int keep, Handle* out) {
    return pair(out, [&] { return count < 0 ? at::var_mean(t(a), unbiased != 0) : at::var_mean(t(a), ints(dims, count), unbiased != 0, keep != 0); });
}
API Handle ts_prod(Handle a, int64_t d, int all, int keep, int dtype) {
    return tensor([&] { return all ? at::prod(t(a), type(dtype)) : at::prod(t(a), d, keep != 0, type(dtype)); });
}
API Handle ts_norm(Handle a, double p, const int64_t* dims, int count, int keep) {
    return tensor([&] { return count < 0 ? at::norm(t(a), p) : at::norm(t(a), p, ints(dims, count), keep != 0); });
}
API Handle ts_amax(Handle a, const int64_t* dims, int count, int keep) { return tensor([&] { return at::amax(t(a), ints(dims, count), keep != 0); }); }
API Handle ts_amin(Handle a, const int64_t* dims, int count, int keep) { return tensor([&] { return at::amin(t(a), ints(dims, count), keep != 0); }); }
API Handle ts_max(Handle a) { return tensor([&] { return at::max(t(a)); }); }
API Handle ts_min(Handle a) { return tensor([&] { return at::min(t(a)); }); }
API int ts_max_dim(Handle a, int64_t d, int keep, Handle* out) { return pair(out, [&] { return at::max(t(a), d, keep != 0); }); }
API int ts_min_dim(Handle a, int64_t d, int keep, Handle* out) { return pair(out, [&] { return at::min(t(a), d, keep != 0); }); }
API Handle ts_argmax(Handle a, int64_t d, int all, int keep) { return tensor([&] { return all ? at::argmax(t(a)) : at::argmax(t(a), d, keep != 0); }); }
API Handle ts_argmin(Handle a, int64_t d, int all, int keep) { return tensor([&] { return all ? at::argmin(t(a)) : at::argmin(t(a), d, keep != 0); }); }
API Handle ts_all(Handle a) { return tensor([&] { return at::all(t(a)); }); }
API Handle ts_all_dim(Handle a, int64_t d, int keep) { return tensor([&] { return at::all(t(a), d, keep != 0); }); }
API Handle ts_any(Handle a) { return tensor([&] { return at::any(t(a)); }); }
API Handle ts_any_dim(Handle a, int64_t d, int keep) { return tensor([&] { return at::any(t(a), d, keep != 0); }); }
API Handle ts_median(Handle a) { return tensor([&] { return at::median(t(a)); }); }
API int ts_median_dim(Handle a, int64_t d, int keep, Handle* out) { return pair(out, [&] { return at::median(t(a), d, keep != 0); }); }
API int ts_mode(Handle a, int64_t d, int keep, Handle* out) { return pair(out, [&] { return at::mode(t(a), d, keep != 0); }); }
API Handle ts_quantile(Handle a, Handle q, int64_t d, int all, int keep) {
    return tensor([&] { return at::quantile(t(a), t(q), all ? Optional<int64_t>() : Optional<int64_t>(d), keep != 0); });
}
API Handle ts_logsumexp(Handle a, const int64_t* dims, int count, int keep) { return tensor([&] { return at::logsumexp(t(a), ints(dims, count), keep != 0); }); }
API Handle ts_count_nonzero(Handle a, const int64_t* dims, int count) { return tensor([&] { return count < 0 ? at::count_nonzero(t(a)) : at::count_nonzero(t(a), ints(dims, count)); }); }
API Handle ts_cumsum(Handle a, int64_t d, int dtype) { return tensor([&] { return at::cumsum(t(a), d, type(dtype)); }); }
API Handle ts_cumprod(Handle a, int64_t d, int dtype) { return tensor([&] { return at::cumprod(t(a), d, type(dtype)); }); }
API int ts_cummax(Handle a, int64_t d, Handle* out) { return pair(out, [&] { return at::cummax(t(a), d); }); }
API int ts_cummin(Handle a, int64_t d, Handle* out) { return pair(out, [&] { return at::cummin(t(a), d); }); }
API Handle ts_logcumsumexp(Handle a, int64_t d) { return tensor([&] { return at::logcumsumexp(t(a), d); }); }
API Handle ts_softmax(Handle a, int64_t d, int dtype) { return tensor([&] { return at::softmax(t(a), d, type(dtype)); }); }
API Handle ts_log_softmax(Handle a, int64_t d, int dtype) { return tensor([&] { return at::log_softmax(t(a), d, type(dtype)); }); }
API Handle ts_diff(Handle a, int64_t order, int64_t d) { return tensor([&] { return at::diff(t(a), order, d); }); }

// Shape
API Handle ts_reshape(Handle a, const int64_t* size, int count) { return tensor([&] { return at::reshape(t(a), ints(size, count)); }); }
API Handle ts_view(Handle a, const int64_t* size, int count) { return tensor([&] { return t(a).view(ints(size, count)); }); }
API Handle ts_view_dtype(Handle a, int dtype) { return tensor([&] { return t(a).view(static_cast<at::ScalarType>(dtype)); }); }
API Handle ts_expand(Handle a, const int64_t* size, int count, int implicit) { return tensor([&] { return t(a).expand(ints(size, count), implicit != 0); }); }
API Handle ts_permute(Handle a, const int64_t* dims, int count) { return tensor([&] { return at::permute(t(a), ints(dims, count)); }); }
API Handle ts_transpose(Handle a, int64_t d, int64_t e) { return tensor([&] { return at::transpose(t(a), d, e); }); }
API int ts_transpose_(Handle a, int64_t d, int64_t e) { return status([&] { t(a).transpose_(d, e); }); }
API Handle ts_movedim(Handle a, const int64_t* from, int fromCount, const int64_t* to, int toCount) { return tensor([&] { return at::movedim(t(a), ints(from, fromCount), ints(to, toCount)); }); }
API Handle ts_adjoint(Handle a) { return tensor([&] { return t(a).mT(); }); }
API Handle ts_squeeze(Handle a) { return tensor([&] { return at::squeeze(t(a)); }); }
API Handle ts_squeeze_dim(Handle a, int64_t d) { return tensor([&] { return at::squeeze(t(a), d); }); }
API int ts_squeeze_dim_(Handle a, int64_t d, int all) { return status([&] { if (all) t(a).squeeze_(); else t(a).squeeze_(d); }); }
API Handle ts_unsqueeze(Handle a, int64_t d) { return tensor([&] { return at::unsqueeze(t(a), d); }); }
API int ts_unsqueeze_(Handle a, int64_t d) { return status([&] { t(a).unsqueeze_(d); }); }
API Handle ts_flatten(Handle a, int64_t from, int64_t to) { return tensor([&] { return at::flatten(t(a), from, to); }); }
API Handle ts_unflatten(Handle a, int64_t d, const int64_t* size, int count) {
    return tensor([&] {
        auto shape = t(a).sizes().vec();
        auto at_ = d < 0 ? d + static_cast<int64_t>(shape.size()) : d;
        if (at_ < 0 || at_ >= static_cast<int64_t>(shape.size())) throw std::out_of_range("unflatten: dimension out of range");
        shape.erase(shape.begin() + at_);
        shape.insert(shape.begin() + at_, size, size + count);
        return t(a).reshape(shape);
    });
}
API Handle ts_narrow(Handle a, int64_t d, int64_t start, int64_t length) { return tensor([&] { return at::narrow(t(a), d, start, length); }); }
API Handle ts_slice(Handle a, int64_t d, int64_t start, int64_t stop, int64_t step) { return tensor([&] { return at::slice(t(a), d, start, stop, step); }); }
API Handle ts_select(Handle a, int64_t d, int64_t at_) { return tensor([&] { return at::select(t(a), d, at_); }); }
API Handle ts_diagonal(Handle a, int64_t offset, int64_t d, int64_t e) { return tensor([&] { return at::diagonal(t(a), offset, d, e); }); }
API Handle ts_diag(Handle a, int64_t diagonal) { return tensor([&] { return at::diag(t(a), diagonal); }); }
API Handle ts_diag_embed(Handle a, int64_t offset, int64_t d, int64_t e) { return tensor([&] { return at::diag_embed(t(a), offset, d, e); }); }
API Handle ts_tril(Handle a, int64_t diagonal) { return tensor([&] { return at::tril(t(a), diagonal); }); }
API Handle ts_triu(Handle a, int64_t diagonal) { return tensor([&] { return at::triu(t(a), diagonal); }); }
API int ts_tril_(Handle a, int64_t diagonal) { return status([&] { t(a).tril_(diagonal); }); }
API int ts_triu_(Handle a, int64_t diagonal) { return status([&] { t(a).triu_(diagonal); }); }
API Handle ts_repeat(Handle a, const int64_t* counts, int count) { return tensor([&] { return t(a).repeat(ints(counts, count)); }); }
API Handle ts_tile(Handle a, const int64_t* counts, int count) { return tensor([&] { return at::tile(t(a), ints(counts, count)); }); }
API Handle ts_repeat_interleave(Handle a, Handle repeats, int64_t d, int flat) { return tensor([&] { return at::repeat_interleave(t(a), t(repeats), flat ? Optional<int64_t>() : Optional<int64_t>(d)); }); }
API Handle ts_repeat_interleave_int(Handle a, int64_t repeats, int64_t d, int flat) { return tensor([&] { return at::repeat_interleave(t(a), repeats, flat ? Optional<int64_t>() : Optional<int64_t>(d)); }); }
API Handle ts_flip(Handle a, const int64_t* dims, int count) { return tensor([&] { return at::flip(t(a), ints(dims, count)); }); }
API Handle ts_roll(Handle a, const int64_t* shifts, int shiftCount, const int64_t* dims, int count) { return tensor([&] { return at::roll(t(a), ints(shifts, shiftCount), ints(dims, count)); }); }
API Handle ts_unfold(Handle a, int64_t d, int64_t size, int64_t step) { return tensor([&] { return t(a).unfold(d, size, step); }); }
API Handle ts_as_strided(Handle a, const int64_t* size, int count, const int64_t* strides, int64_t offset) { return tensor([&] { return at::as_strided(t(a), ints(size, count), ints(strides, count), offset); }); }
API Handle ts_cat(const Handle* parts, int count, int64_t d) { return tensor([&] { return at::cat(list(parts, count), d); }); }
API Handle ts_stack(const Handle* parts, int count, int64_t d) { return tensor([&] { return at::stack(list(parts, count), d); }); }
API Handle ts_hstack(const Handle* parts, int count) { return tensor([&] { return at::hstack(list(parts, count)); }); }
API Handle ts_vstack(const Handle* parts, int count) { return tensor([&] { return at::vstack(list(parts, count)); }); }
API int ts_split(Handle a, int64_t size, int64_t d) { return tensors([&] { return at::split(t(a), size, d); }); }
API int ts_split_sizes(Handle a, const int64_t* sizes, int count, int64_t d) { return tensors([&] { return at::split_with_sizes(t(a), ints(sizes, count), d); }); }
API int ts_chunk(Handle a, int64_t chunks, int64_t d) { return tensors([&] { return at::chunk(t(a), chunks, d); }); }
API int ts_tensor_split(Handle a, int64_t parts, int64_t d) { return tensors([&] { return at::tensor_split(t(a), parts, d); }); }
API int ts_unbind(Handle a, int64_t d) { return tensors([&] { return at::unbind(t(a), d); }); }
API int ts_meshgrid(const Handle* parts, int count, const char* indexing) { return tensors([&] { return at::meshgrid(list(parts, count), indexing); }); }
API int ts_broadcast_tensors(const Handle* parts, int count) { return tensors([&] { return at::broadcast_tensors(list(parts, count)); }); }
API Handle ts_broadcast_to(Handle a, const int64_t* size, int count) { return tensor([&] { return at::broadcast_to(t(a), ints(size, count)); }); }
API Handle ts_tril_indices(int64_t rows, int64_t columns, int64_t offset, int dtype, int kind, int index) { return tensor([&] { return at::tril_indices(rows, columns, offset, options(dtype, kind, index)); }); }
API Handle ts_triu_indices(int64_t rows, int64_t columns, int64_t offset, int dtype, int kind, int index) { return tensor([&] { return at::triu_indices(rows, columns, offset, options(dtype, kind, index)); }); }

// Selection
API Handle ts_gather(Handle a, int64_t d, Handle index) { return tensor([&] { return at::gather(t(a), d, t(index)); }); }
API Handle ts_scatter(Handle a, int64_t d, Handle index, Handle source) { return tensor([&] { return at::scatter(t(a), d, t(index), t(source)); }); }
API int ts_scatter_(Handle a, int64_t d, Handle index, Handle source) { return status([&] { t(a).scatter_(d, t(index), t(source)); }); }
API Handle ts_scatter_scalar(Handle a, int64_t d, Handle index, Number value) { return tensor([&] { return at::scatter(t(a), d, t(index), n(value)); }); }
API int ts_scatter_scalar_(Handle a, int64_t d, Handle index, Number value) { return status([&] { t(a).scatter_(d, t(index), n(value)); }); }
API Handle ts_scatter_add(Handle a, int64_t d, Handle index, Handle source) { return tensor([&] { return at::scatter_add(t(a), d, t(index), t(source)); }); }
API int ts_scatter_add_(Handle a, int64_t d, Handle index, Handle source) { return status([&] { t(a).scatter_add_(d, t(index), t(source)); }); }
API Handle ts_index_select(Handle a, int64_t d, Handle index) { return tensor([&] { return at::index_select(t(a), d, t(index)); }); }
API Handle ts_index_add(Handle a, int64_t d, Handle index, Handle source, Number alpha) { return tensor([&] { return at::index_add(t(a), d, t(index), t(source), n(alpha)); }); }
API int ts_index_add_(Handle a, int64_t d, Handle index, Handle source, Number alpha) { return status([&] { t(a).index_add_(d, t(index), t(source), n(alpha)); }); }
API Handle ts_index_copy(Handle a, int64_t d, Handle index, Handle source) { return tensor([&] { return at::index_copy(t(a), d, t(index), t(source)); }); }
API int ts_index_copy_(Handle a, int64_t d, Handle index, Handle source) { return status([&] { t(a).index_copy_(d, t(index), t(source)); }); }
API Handle ts_index_fill(Handle a, int64_t d, Handle index, Number value) { return tensor([&] { return at::index_fill(t(a), d, t(index), n(value)); }); }
API int ts_index_fill_(Handle a, int64_t d, Handle index, Number value) { return status([&] { t(a).index_fill_(d, t(index), n(value)); }); }
API Handle ts_masked_fill(Handle a, Handle mask, Number value) { return tensor([&] { return at::masked_fill(t(a), t(mask), n(value)); }); }
API int ts_masked_fill_(Handle a, Handle mask, Number value) { return status([&] { t(a).masked_fill_(t(mask), n(value)); }); }
API Handle ts_masked_select(Handle a, Handle mask) { return tensor([&] { return at::masked_select(t(a), t(mask)); }); }
API Handle ts_masked_scatter(Handle a, Handle mask, Handle source) { return tensor([&] { return at::masked_scatter(t(a), t(mask), t(source)); }); }
API Handle ts_take_flat(Handle a, Handle index) { return tensor([&] { return at::take(t(a), t(index)); }); }
API Handle ts_take_along_dim(Handle a, Handle index, int64_t d, int flat) { return tensor([&] { return at::take_along_dim(t(a), t(index), flat ? Optional<int64_t>() : Optional<int64_t>(d)); }); }
API int ts_topk(Handle a, int64_t k, int64_t d, int largest, int sorted, Handle* out) { return pair(out, [&] { return at::topk(t(a), k, d, largest != 0, sorted != 0); }); }
API int ts_kthvalue(Handle a, int64_t k, int64_t d, int keep, Handle* out) { return pair(out, [&] { return at::kthvalue(t(a), k, d, keep != 0); }); }
API int ts_sort(Handle a, int64_t d, int descending, int stable, Handle* out) { return pair(out, [&] { return at::sort(t(a), Optional<bool>(stable != 0), d, descending != 0); }); }
API Handle ts_argsort(Handle a, int64_t d, int descending) { return tensor([&] { return at::argsort(t(a), d, descending != 0); }); }
API int ts_unique(Handle a, int sorted, int inverse, int counts, Handle* out) { return triple(out, [&] { return at::_unique2(t(a), sorted != 0, inverse != 0, counts != 0); }); }
API int ts_unique_dim(Handle a, int64_t d, int sorted, int inverse, int counts, Handle* out) { return triple(out, [&] { return at::unique_dim(t(a), d, sorted != 0, inverse != 0, counts != 0); }); }
API Handle ts_bincount(Handle a, Handle weights, int64_t least) { return tensor([&] { return at::bincount(t(a), optional(weights), least); }); }
API Handle ts_searchsorted(Handle sorted, Handle values, int narrow, int right) { return tensor([&] { return at::searchsorted(t(sorted), t(values), narrow != 0, right != 0); }); }
API Handle ts_bucketize(Handle a, Handle boundaries, int narrow, int right) { return tensor([&] { return at::bucketize(t(a), t(boundaries), narrow != 0, right != 0); }); }
API Handle ts_isin(Handle a, Handle b, int unique, int invert) { return tensor([&] { return at::isin(t(a), t(b), unique != 0, invert != 0); }); }
API Handle ts_histc(Handle a, int64_t bins, double low, double high) { return tensor([&] { return at::histc(t(a), bins, low, high); }); }

// Products and linear algebra
BINARY(dot) BINARY(outer) BINARY(vdot) BINARY(inner) BINARY(kron)
#define PRODUCT(name) \
    API Handle ts_##name(Handle a, Handle b) { \
        return tensor([&] { return product(t(a), t(b), [](const at::Tensor& x, const at::Tensor& y) { return at::name(x, y); }); }); \
    }
PRODUCT(matmul) PRODUCT(mm) PRODUCT(bmm) PRODUCT(mv)
API Handle ts_addmm(Handle a, Handle b, Handle c, double beta, double alpha) {
    return tensor([&] {
        return product(t(b), t(c), [&](const at::Tensor& x, const at::Tensor& y) { return at::addmm(t(a).to(x.scalar_type()), x, y, beta, alpha); });
    });
}
API int ts_addmm_(Handle a, Handle b, Handle c, double beta, double alpha) { return status([&] { t(a).addmm_(t(b), t(c), beta, alpha); }); }
API Handle ts_addmv(Handle a, Handle b, Handle c, double beta, double alpha) { return tensor([&] { return at::addmv(t(a), t(b), t(c), beta, alpha); }); }
API Handle ts_baddbmm(Handle a, Handle b, Handle c, double beta, double alpha) {
    return tensor([&] {
        return product(t(b), t(c), [&](const at::Tensor& x, const at::Tensor& y) {
            // libtorch 1.13 multiplies uninitialised memory by a beta of zero, and a NaN there stays one.
            if (beta == 0) return at::bmm(x, y).mul_(alpha);
            return at::baddbmm(t(a).to(x.scalar_type()), x, y, beta, alpha);
        });
    });
}
API Handle ts_einsum(const char* equation, const Handle* parts, int count) {
    return tensor([&] {
        auto operands = list(parts, count);
        const auto kind = operands.empty() ? at::kFloat : operands[0].scalar_type();
        bool widened = !operands.empty();
        for (const auto& x : operands) widened = widened && x.scalar_type() == kind && slow_here(x);
        if (!widened) return at::einsum(equation, operands);
        for (auto& x : operands) x = x.to(at::kFloat);
        return at::einsum(equation, operands).to(kind);
    });
}
API Handle ts_tensordot(Handle a, Handle b, const int64_t* da, const int64_t* db, int count) { return tensor([&] { return at::tensordot(t(a), t(b), ints(da, count), ints(db, count)); }); }
API Handle ts_cdist(Handle a, Handle b, double p, int64_t mode) { return tensor([&] { return at::cdist(t(a), t(b), p, Optional<int64_t>(mode)); }); }
API Handle ts_cross(Handle a, Handle b, int64_t d) { return tensor([&] { return at::linalg_cross(t(a), t(b), d); }); }
API int ts_svd(Handle a, int full, Handle* out) { return triple(out, [&] { return at::linalg_svd(t(a), full != 0); }); }
API Handle ts_svdvals(Handle a) { return tensor([&] { return at::linalg_svdvals(t(a)); }); }
API int ts_eigh(Handle a, const char* part, Handle* out) { return pair(out, [&] { return at::linalg_eigh(t(a), part); }); }
API Handle ts_eigvalsh(Handle a, const char* part) { return tensor([&] { return at::linalg_eigvalsh(t(a), part); }); }
API int ts_eig(Handle a, Handle* out) { return pair(out, [&] { return at::linalg_eig(t(a)); }); }
API int ts_qr(Handle a, const char* mode, Handle* out) { return pair(out, [&] { return at::linalg_qr(t(a), mode); }); }
API Handle ts_pinv(Handle a, double rcond, int hermitian) { return tensor([&] { return at::linalg_pinv(t(a), rcond, hermitian != 0); }); }
API Handle ts_cholesky(Handle a) { return tensor([&] { return at::linalg_cholesky(t(a)); }); }
API Handle ts_inv(Handle a) { return tensor([&] { return at::linalg_inv(t(a)); }); }
API Handle ts_det(Handle a) { return tensor([&] { return at::linalg_det(t(a)); }); }
API int ts_slogdet(Handle a, Handle* out) { return pair(out, [&] { return at::linalg_slogdet(t(a)); }); }
API Handle ts_solve(Handle a, Handle b) { return tensor([&] { return at::linalg_solve(t(a), t(b)); }); }
API Handle ts_lstsq(Handle a, Handle b) { return tensor([&] { return std::get<0>(at::linalg_lstsq(t(a), t(b))); }); }
API Handle ts_matrix_rank(Handle a) { return tensor([&] { return at::linalg_matrix_rank(t(a), Optional<double>(), Optional<double>()); }); }
API Handle ts_matrix_exp(Handle a) { return tensor([&] { return at::linalg_matrix_exp(t(a)); }); }
API Handle ts_matrix_power(Handle a, int64_t power) { return tensor([&] { return at::linalg_matrix_power(t(a), power); }); }
API Handle ts_linalg_norm(Handle a, double order, int hasOrder, const int64_t* dims, int count, int keep) {
    return tensor([&] { return at::linalg_norm(t(a), hasOrder ? Optional<at::Scalar>(order) : Optional<at::Scalar>(), some(dims, count), keep != 0); });
}
API Handle ts_linalg_norm_kind(Handle a, const char* order, const int64_t* dims, int count, int keep) {
    return tensor([&] { return at::linalg_norm(t(a), c10::string_view(order), some(dims, count), keep != 0); });
}
API Handle ts_vector_norm(Handle a, double order, const int64_t* dims, int count, int keep) {
    return tensor([&] { return at::linalg_vector_norm(t(a), order, some(dims, count), keep != 0); });
}

// Sampling
API Handle ts_multinomial(Handle a, int64_t samples, int replacement, void* g) { return tensor([&] { return at::multinomial(t(a), samples, replacement != 0, generator(g)); }); }
API Handle ts_bernoulli(Handle a, void* g) { return tensor([&] { return at::bernoulli(t(a), generator(g)); }); }
API int ts_bernoulli_(Handle a, double p, void* g) { return status([&] { t(a).bernoulli_(p, generator(g)); }); }
API int ts_uniform_(Handle a, double low, double high, void* g) { return status([&] { t(a).uniform_(low, high, generator(g)); }); }
API int ts_normal_(Handle a, double mean, double std, void* g) { return status([&] { t(a).normal_(mean, std, generator(g)); }); }
API int ts_exponential_(Handle a, double lambda, void* g) { return status([&] { t(a).exponential_(lambda, generator(g)); }); }
API int ts_random_(Handle a, int64_t low, int64_t high, void* g) { return status([&] { t(a).random_(low, high, generator(g)); }); }
