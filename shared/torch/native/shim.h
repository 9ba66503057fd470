// What every entry point shares: handles, numbers, and the wall that no C++ exception may pass.
//
// A handle is the TensorImpl pointer itself, owning one reference, so that wrapping costs no allocation.
// A tensor-returning entry gives null when it failed; every other entry gives a status (0 = done, 1 = failed) or says otherwise.
// The message waits in ts_error() for the thread that failed.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/version.h>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

using Handle = c10::TensorImpl*;

// c10::optional in libtorch 1.13, std::optional in later ones: whichever this libtorch's own interface uses.
template <class T> struct Rebound;
template <template <class> class O, class T> struct Rebound<O<T>> {
    template <class U> using To = O<U>;
};
template <class U>
using Optional = typename Rebound<std::decay_t<decltype(std::declval<const at::TensorOptions&>().device_opt())>>::template To<U>;

// A TorchSharp Scalar by value: kind 0 = integer, 1 = floating point, 2 = boolean.
struct Number {
    int64_t kind;
    int64_t bits;
};

void keep_error(const char* message) noexcept;
const std::string& last_error() noexcept;
[[noreturn]] void refuse_null();

inline const at::Tensor& t(const Handle& handle) {
    static_assert(sizeof(at::Tensor) == sizeof(Handle), "a tensor must be one pointer");
    if (__builtin_expect(handle == nullptr, 0)) refuse_null();
    return reinterpret_cast<const at::Tensor&>(handle);
}
// At most operators a missing tensor is an undefined one.
inline at::Tensor maybe(const Handle& handle) { return handle ? t(handle) : at::Tensor(); }
inline Optional<at::Tensor> optional(const Handle& handle) {
    return handle ? Optional<at::Tensor>(t(handle)) : Optional<at::Tensor>();
}
inline Handle give(at::Tensor tensor) {
    return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr;
}
inline at::Scalar n(Number number) {
    if (number.kind == 0) return at::Scalar(number.bits);
    if (number.kind == 2) return at::Scalar(number.bits != 0);
    double value;
    memcpy(&value, &number.bits, sizeof value);
    return at::Scalar(value);
}
inline Optional<at::Scalar> optional(const Number* number) {
    return number ? Optional<at::Scalar>(n(*number)) : Optional<at::Scalar>();
}
inline Optional<at::ScalarType> type(int dtype) {
    return dtype < 0 ? Optional<at::ScalarType>() : Optional<at::ScalarType>(static_cast<at::ScalarType>(dtype));
}
inline at::Device device(int kind, int index) {
    return at::Device(static_cast<at::DeviceType>(kind), static_cast<at::DeviceIndex>(kind == 0 ? -1 : index));
}
inline at::TensorOptions options(int dtype, int kind, int index) {
    at::TensorOptions result;
    if (dtype >= 0) result = result.dtype(static_cast<at::ScalarType>(dtype));
    if (kind >= 0) result = result.device(device(kind, index));
    return result;
}
inline at::IntArrayRef ints(const int64_t* data, int count) { return at::IntArrayRef(data, count < 0 ? 0 : count); }
inline at::OptionalIntArrayRef some(const int64_t* data, int count) {
    return count < 0 ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(ints(data, count));
}
inline Optional<at::Generator> generator(void* handle) {
    return handle ? Optional<at::Generator>(*static_cast<at::Generator*>(handle)) : Optional<at::Generator>();
}
inline std::vector<at::Tensor> list(const Handle* handles, int count) {
    std::vector<at::Tensor> result;
    result.reserve(count);
    for (int i = 0; i < count; i++) result.push_back(maybe(handles[i]));
    return result;
}

// Without AVX-512 libtorch multiplies bfloat16 matrices in a plain loop, some thirty times slower than sgemm, and has no float16
// product on the CPU at all. There a product is taken in float32 and rounded once, which is what oneDNN's kernels do too.
bool has_wide_vectors();
inline bool slow_here(const at::Tensor& x) {
    const auto kind = x.scalar_type();
    return (kind == at::kHalf || (kind == at::kBFloat16 && !has_wide_vectors())) && x.device().is_cpu();
}
template <class F> inline at::Tensor product(const at::Tensor& a, const at::Tensor& b, F&& multiply) {
    if (__builtin_expect(a.scalar_type() != b.scalar_type() || !slow_here(a), 1)) return multiply(a, b);
    return multiply(a.to(at::kFloat), b.to(at::kFloat)).to(a.scalar_type());
}

void keep_current_exception() noexcept;

template <class F> inline Handle tensor(F&& body) noexcept {
    try {
        return give(body());
    } catch (...) {
        keep_current_exception();
        return nullptr;
    }
}
template <class F> inline int status(F&& body) noexcept {
    try {
        body();
        return 0;
    } catch (...) {
        keep_current_exception();
        return 1;
    }
}
template <class F> inline int pair(Handle* out, F&& body) noexcept {
    return status([&] {
        auto result = body();
        out[0] = give(std::move(std::get<0>(result)));
        out[1] = give(std::move(std::get<1>(result)));
    });
}
template <class F> inline int triple(Handle* out, F&& body) noexcept {
    return status([&] {
        auto result = body();
        out[0] = give(std::move(std::get<0>(result)));
        out[1] = give(std::move(std::get<1>(result)));
        out[2] = give(std::move(std::get<2>(result)));
    });
}
// A list of tensors waits here until ts_take fetches it; the entry gives its length or -1.
int keep_list(std::vector<at::Tensor> tensors);
template <class F> inline int tensors(F&& body) noexcept {
    try {
        return keep_list(body());
    } catch (...) {
        keep_current_exception();
        return -1;
    }
}
