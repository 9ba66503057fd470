// Loading, errors, handles, threads, generators, devices and the autograd switches.
#include "shim.h"
#include <ATen/Context.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <torch/cuda.h>
#include <mutex>

namespace {
thread_local std::string error;
thread_local std::vector<at::Tensor> waiting;

}

void keep_error(const char* message) noexcept {
    try {
        error = message && *message ? message : "libtorch failed without a message";
    } catch (...) {
    }
}

const std::string& last_error() noexcept { return error; }

[[noreturn]] void refuse_null() { throw std::invalid_argument("a tensor argument is null"); }

void keep_current_exception() noexcept {
    try {
        throw;
    } catch (const c10::Error& e) {
        keep_error(e.what_without_backtrace());
    } catch (const std::exception& e) {
        keep_error(e.what());
    } catch (...) {
        keep_error("an unknown native error");
    }
}

bool has_wide_vectors() {
#if defined(__x86_64__)
    static const bool has = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return has;
#else
    return true;
#endif
}

int keep_list(std::vector<at::Tensor> tensors) {
    waiting = std::move(tensors);
    return static_cast<int>(waiting.size());
}

API void ts_take(Handle* out) {
    for (size_t i = 0; i < waiting.size(); i++) out[i] = give(std::move(waiting[i]));
    waiting.clear();
}

// The message of the last failure on this thread, or an empty string; asking clears it at the next failure only.
API const char* ts_error() { return error.c_str(); }
API void ts_clear_error() { error.clear(); }
API const char* ts_version() { return TORCH_VERSION; }

API void ts_dispose(Handle handle) {
    if (handle) c10::raw::intrusive_ptr::decref(handle);
}
API void ts_dispose_many(Handle* handles, int count) {
    for (int i = 0; i < count; i++)
        if (handles[i]) c10::raw::intrusive_ptr::decref(handles[i]);
}
API Handle ts_alias(Handle handle) {
    return tensor([&] { return t(handle).alias(); });
}
API Handle ts_share(Handle handle) {
    return tensor([&] { return at::Tensor(t(handle)); });
}

API void ts_set_num_threads(int count) { status([&] { at::set_num_threads(count); }); }
API int ts_get_num_threads() { return at::get_num_threads(); }
API void ts_set_num_interop_threads(int count) { status([&] { at::set_num_interop_threads(count); }); }
API int ts_get_num_interop_threads() { return static_cast<int>(at::get_num_interop_threads()); }

API int ts_cuda_count() {
    try {
        return static_cast<int>(torch::cuda::device_count());
    } catch (...) {
        return 0;
    }
}
API int ts_cuda_synchronize() { return status([&] { torch::cuda::synchronize(); }); }
API int ts_mkldnn_available() { return at::hasMKLDNN(); }

API int ts_grad_enabled() { return c10::GradMode::is_enabled(); }
API void ts_set_grad_enabled(int on) { c10::GradMode::set_enabled(on != 0); }
API int ts_inference_enabled() { return c10::InferenceMode::is_enabled(); }
API void* ts_inference_begin(int on) { return new c10::InferenceMode(on != 0); }
API void ts_inference_end(void* mode) { delete static_cast<c10::InferenceMode*>(mode); }

API int ts_manual_seed(int64_t seed) {
    return status([&] { at::manual_seed(static_cast<uint64_t>(seed)); });
}
API void* ts_generator(int64_t seed, int kind, int index) {
    try {
        if (kind == 0) return new at::Generator(at::detail::createCPUGenerator(static_cast<uint64_t>(seed)));
        at::Generator made = at::globalContext().defaultGenerator(device(kind, index)).clone();
        made.set_current_seed(static_cast<uint64_t>(seed));
        return new at::Generator(made);
    } catch (...) {
        keep_current_exception();
        return nullptr;
    }
}
API void* ts_default_generator() {
    try {
        return new at::Generator(at::detail::getDefaultCPUGenerator());
    } catch (...) {
        keep_current_exception();
        return nullptr;
    }
}
API void ts_generator_dispose(void* handle) { delete static_cast<at::Generator*>(handle); }
API int ts_generator_seed(void* handle, int64_t seed) {
    return status([&] {
        auto& g = *static_cast<at::Generator*>(handle);
        std::lock_guard<std::mutex> lock(g.mutex());
        g.set_current_seed(static_cast<uint64_t>(seed));
    });
}
API int64_t ts_generator_initial_seed(void* handle) { return static_cast<int64_t>(static_cast<at::Generator*>(handle)->current_seed()); }
API int64_t ts_generator_new_seed(void* handle) {
    auto& g = *static_cast<at::Generator*>(handle);
    std::lock_guard<std::mutex> lock(g.mutex());
    return static_cast<int64_t>(g.seed());
}
API Handle ts_generator_get_state(void* handle) {
    return tensor([&] {
        auto& g = *static_cast<at::Generator*>(handle);
        std::lock_guard<std::mutex> lock(g.mutex());
        return g.get_state();
    });
}
API int ts_generator_set_state(void* handle, Handle state) {
    return status([&] {
        auto& g = *static_cast<at::Generator*>(handle);
        std::lock_guard<std::mutex> lock(g.mutex());
        g.set_state(t(state));
    });
}
