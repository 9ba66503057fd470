// Properties, factories, conversion, copying, indexing and autograd of tensors.
#include "shim.h"
#include <ATen/TensorIndexing.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>
#include <cstring>

// Properties. They are read often and cannot fail on a live handle.
API int64_t ts_dim(Handle a) { return t(a).dim(); }
API int64_t ts_numel(Handle a) { return t(a).numel(); }
API int64_t ts_size(Handle a, int64_t d) { return t(a).sizes()[d]; }
API void ts_sizes(Handle a, int64_t* out) { auto s = t(a).sizes(); std::copy(s.begin(), s.end(), out); }
API void ts_strides(Handle a, int64_t* out) { auto s = t(a).strides(); std::copy(s.begin(), s.end(), out); }
API int ts_dtype(Handle a) { return static_cast<int>(t(a).scalar_type()); }
API int ts_device_type(Handle a) { return static_cast<int>(t(a).device().type()); }
API int ts_device_index(Handle a) { return t(a).device().index(); }
API int ts_element_size(Handle a) { return static_cast<int>(t(a).element_size()); }
API int64_t ts_storage_offset(Handle a) { return t(a).storage_offset(); }
API int64_t ts_nbytes(Handle a) { return static_cast<int64_t>(t(a).nbytes()); }
// Bytes that go when this tensor goes, for the garbage collector's reckoning: a view holds nothing of its own.
API int64_t ts_weight(Handle a) {
    const auto& x = t(a);
    return x.device().is_cpu() && x.has_storage() && !x.is_view() ? static_cast<int64_t>(x.nbytes()) : 0;
}
API int ts_is_contiguous(Handle a) { return t(a).is_contiguous(); }
API int ts_is_sparse(Handle a) { return t(a).is_sparse(); }
API int ts_is_leaf(Handle a) { return t(a).is_leaf(); }
API int ts_requires_grad(Handle a) { return t(a).requires_grad(); }
API int64_t ts_version_counter(Handle a) { return t(a)._version(); }
API void* ts_data(Handle a) {
    try {
        if (t(a).is_sparse()) throw std::invalid_argument("a sparse tensor has no flat data");
        return t(a).data_ptr();
    } catch (...) {
        keep_current_exception();
        return nullptr;
    }
}

// Autograd
API int ts_set_requires_grad(Handle a, int on) {
    return status([&] { t(a).set_requires_grad(on != 0); });
}
API int ts_retain_grad(Handle a) { return status([&] { t(a).retain_grad(); }); }
// Null without an error: there is no gradient.
API Handle ts_grad(Handle a) {
    return tensor([&] { return at::Tensor(t(a).grad()); });
}
API int ts_set_grad(Handle a, Handle grad) {
    return status([&] { t(a).mutable_grad() = maybe(grad); });
}
API int ts_backward(Handle a, Handle gradient, int retain, int create, const Handle* inputs, int count) {
    return status([&] {
        auto kept = list(inputs, count < 0 ? 0 : count);
        t(a).backward(maybe(gradient), retain < 0 ? Optional<bool>() : Optional<bool>(retain != 0), create != 0,
                      count < 0 ? Optional<at::TensorList>() : Optional<at::TensorList>(kept));
    });
}
API int ts_autograd_grad(const Handle* outputs, int outputCount, const Handle* inputs, int inputCount, const Handle* grads, int gradCount,
                         int retain, int create, int allowUnused) {
    return tensors([&] {
        return torch::autograd::grad(list(outputs, outputCount), list(inputs, inputCount), list(grads, gradCount),
                                     Optional<bool>(retain != 0), create != 0, allowUnused != 0);
    });
}
API int ts_autograd_backward(const Handle* tensors, int count, const Handle* grads, int gradCount, int retain, int create, const Handle* inputs, int inputCount) {
    return status([&] {
        torch::autograd::backward(list(tensors, count), list(grads, gradCount), Optional<bool>(retain != 0), create != 0, list(inputs, inputCount));
    });
}
API Handle ts_detach(Handle a) { return tensor([&] { return t(a).detach(); }); }
API int ts_detach_(Handle a) { return status([&] { t(a).detach_(); }); }
// Puts `source`'s storage behind `a` without autograd noticing (Module.to keeps its Parameter objects this way).
API int ts_set_data(Handle a, Handle source) { return status([&] { t(a).set_data(t(source)); }); }

// Factories
static at::Tensor graded(at::Tensor made, int requires_grad) {
    if (requires_grad) made.set_requires_grad(true);
    return made;
}
API Handle ts_empty(const int64_t* size, int count, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::empty(ints(size, count), options(dtype, kind, index)), grad); });
}
API Handle ts_empty_strided(const int64_t* size, int count, const int64_t* strides, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::empty_strided(ints(size, count), ints(strides, count), options(dtype, kind, index)), grad); });
}
API Handle ts_zeros(const int64_t* size, int count, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::zeros(ints(size, count), options(dtype, kind, index)), grad); });
}
API Handle ts_ones(const int64_t* size, int count, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::ones(ints(size, count), options(dtype, kind, index)), grad); });
}
API Handle ts_full(const int64_t* size, int count, Number value, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::full(ints(size, count), n(value), options(dtype, kind, index)), grad); });
}
API Handle ts_rand(const int64_t* size, int count, int dtype, int kind, int index, int grad, void* g) {
    return tensor([&] { return graded(at::rand(ints(size, count), generator(g), options(dtype, kind, index)), grad); });
}
API Handle ts_randn(const int64_t* size, int count, int dtype, int kind, int index, int grad, void* g) {
    return tensor([&] { return graded(at::randn(ints(size, count), generator(g), options(dtype, kind, index)), grad); });
}
API Handle ts_randint(int64_t low, int64_t high, const int64_t* size, int count, int dtype, int kind, int index, int grad, void* g) {
    return tensor([&] { return graded(at::randint(low, high, ints(size, count), generator(g), options(dtype, kind, index)), grad); });
}
API Handle ts_randperm(int64_t count, int dtype, int kind, int index, int grad, void* g) {
    return tensor([&] { return graded(at::randperm(count, generator(g), options(dtype, kind, index)), grad); });
}
API Handle ts_arange(Number start, Number stop, Number step, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::arange(n(start), n(stop), n(step), options(dtype, kind, index)), grad); });
}
API Handle ts_linspace(double start, double stop, int64_t steps, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::linspace(start, stop, steps, options(dtype, kind, index)), grad); });
}
API Handle ts_eye(int64_t rows, int64_t columns, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::eye(rows, columns, options(dtype, kind, index)), grad); });
}
API Handle ts_empty_like(Handle a, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::empty_like(t(a), options(dtype, kind, index)), grad); });
}
API Handle ts_zeros_like(Handle a, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::zeros_like(t(a), options(dtype, kind, index)), grad); });
}
API Handle ts_ones_like(Handle a, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::ones_like(t(a), options(dtype, kind, index)), grad); });
}
API Handle ts_full_like(Handle a, Number value, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::full_like(t(a), n(value), options(dtype, kind, index)), grad); });
}
API Handle ts_rand_like(Handle a, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::rand_like(t(a), options(dtype, kind, index)), grad); });
}
API Handle ts_randn_like(Handle a, int dtype, int kind, int index, int grad) {
    return tensor([&] { return graded(at::randn_like(t(a), options(dtype, kind, index)), grad); });
}
// A tensor filled from managed memory, converted and moved in the same call.
API Handle ts_from_memory(const void* data, const int64_t* size, int count, int source, int dtype, int kind, int index, int grad) {
    return tensor([&] {
        auto made = at::empty(ints(size, count), at::TensorOptions().dtype(static_cast<at::ScalarType>(source)));
        if (made.numel() > 0) memcpy(made.data_ptr(), data, made.nbytes());
        if ((dtype >= 0 && dtype != source) || kind > 0) made = made.to(options(dtype, kind, index));
        return graded(made, grad);
    });
}
// A tensor over memory that its owner keeps alive until `release(context)` is called.
API Handle ts_from_pinned(void* data, const int64_t* size, int count, int dtype, int grad, void (*release)(void*), void* context) {
    return tensor([&] {
        return graded(at::from_blob(data, ints(size, count), [release, context](void*) { if (release) release(context); }, options(dtype, 0, -1)), grad);
    });
}

// Conversion and copying
API Handle ts_to(Handle a, int dtype, int kind, int index, int copy, int nonBlocking) {
    return tensor([&] { return t(a).to(options(dtype, kind, index), nonBlocking != 0, copy != 0); });
}
API Handle ts_contiguous(Handle a) { return tensor([&] { return t(a).contiguous(); }); }
API Handle ts_clone(Handle a) { return tensor([&] { return t(a).clone(); }); }
API int ts_copy_(Handle a, Handle source, int nonBlocking) { return status([&] { t(a).copy_(t(source), nonBlocking != 0); }); }
API int ts_copy_bytes(Handle a, const void* data, int64_t size) {
    return status([&] {
        if (!t(a).is_contiguous() || !t(a).device().is_cpu()) throw std::invalid_argument("bytes can only be written to a contiguous tensor on the CPU");
        if (static_cast<int64_t>(t(a).nbytes()) != size) throw std::invalid_argument("the tensor holds " + std::to_string(t(a).nbytes()) + " bytes, but " + std::to_string(size) + " were given");
        memcpy(t(a).data_ptr(), data, size);
    });
}
API int ts_item(Handle a, Number* out) {
    return status([&] {
        auto value = t(a).item();
        if (value.isBoolean()) *out = {2, value.to<bool>() ? 1 : 0};
        else if (value.isIntegral(false)) *out = {0, value.to<int64_t>()};
        else {
            double number = value.to<double>();
            out->kind = 1;
            memcpy(&out->bits, &number, sizeof number);
        }
    });
}
API int ts_equal(Handle a, Handle b) {
    int same = 0;
    return status([&] { same = at::equal(t(a), t(b)); }) ? -1 : same;
}
API int ts_allclose(Handle a, Handle b, double rtol, double atol, int equalNan) {
    int same = 0;
    return status([&] { same = at::allclose(t(a), t(b), rtol, atol, equalNan != 0); }) ? -1 : same;
}

// Indexing: entry i is of kind 0 null, 1 ellipsis, 2 boolean (a), 3 integer (a), 4 slice a:b:c (INT64_MIN = absent), 5 tensor.
struct Index {
    int64_t kind, a, b, c;
    Handle tensor;
};
static std::vector<at::indexing::TensorIndex> indices(const Index* entries, int count) {
    using namespace at::indexing;
    std::vector<TensorIndex> result;
    result.reserve(count);
    for (int i = 0; i < count; i++) {
        const Index& e = entries[i];
        switch (e.kind) {
            case 0: result.emplace_back(None); break;
            case 1: result.emplace_back(Ellipsis); break;
            case 2: result.emplace_back(e.a != 0); break;
            case 3: result.emplace_back(e.a); break;
            case 4: {
#if TORCH_VERSION_MAJOR >= 2
                using Part = Optional<c10::SymInt>;
#else
                using Part = Optional<int64_t>;
#endif
                auto part = [](int64_t v) { return v == INT64_MIN ? Part() : Part(v); };
                result.emplace_back(Slice(part(e.a), part(e.b), part(e.c)));
                break;
            }
            default: result.emplace_back(t(e.tensor)); break;
        }
    }
    return result;
}
API Handle ts_index(Handle a, const Index* entries, int count) {
    return tensor([&] { return t(a).index(indices(entries, count)); });
}
API int ts_index_put_(Handle a, const Index* entries, int count, Handle value, int accumulate) {
    return status([&] {
        if (!accumulate) {
            const_cast<at::Tensor&>(t(a)).index_put_(indices(entries, count), t(value));
            return;
        }
        c10::List<Optional<at::Tensor>> tensors;
        for (int i = 0; i < count; i++) {
            if (entries[i].kind == 5) tensors.push_back(t(entries[i].tensor));
            else if (entries[i].kind == 3) tensors.push_back(at::scalar_tensor(entries[i].a, at::kLong));
            else throw std::invalid_argument("an accumulating index_put_ takes tensors and integers as indices");
        }
        t(a).index_put_(tensors, t(value), true);
    });
}
API int ts_index_put_scalar_(Handle a, const Index* entries, int count, Number value) {
    return status([&] { const_cast<at::Tensor&>(t(a)).index_put_(indices(entries, count), n(value)); });
}
