// One call a step: the optimizers over all parameters, and gradient clipping.
#include "shim.h"
#include <cmath>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WIDEST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDEST
#endif

namespace {

// One slice of AdamW as PyTorch defines it: p *= 1 - lr*decay; m and v are the moving averages of g and g*g;
// p -= (lr / (1 - b1^t)) * m / (sqrt(v) / sqrt(1 - b2^t) + eps).
WIDEST void adamw_slice(float* __restrict p, const float* __restrict g, float* __restrict m, float* __restrict v, int64_t count,
                        float keep, float b1, float b2, float size, float root, float eps, float sign) {
    const float c1 = 1 - b1, c2 = 1 - b2;
    for (int64_t i = 0; i < count; i++) {
        const float grad = sign * g[i];
        const float mi = m[i] + (grad - m[i]) * c1;
        const float vi = v[i] * b2 + c2 * grad * grad;
        m[i] = mi;
        v[i] = vi;
        p[i] = p[i] * keep - size * mi / (std::sqrt(vi) / root + eps);
    }
}

// Adam with the decay inside the gradient (L2), otherwise the same.
WIDEST void adam_slice(float* __restrict p, const float* __restrict g, float* __restrict m, float* __restrict v, int64_t count,
                       float decay, float b1, float b2, float size, float root, float eps, float sign) {
    const float c1 = 1 - b1, c2 = 1 - b2;
    for (int64_t i = 0; i < count; i++) {
        const float grad = sign * g[i] + decay * p[i];
        const float mi = m[i] + (grad - m[i]) * c1;
        const float vi = v[i] * b2 + c2 * grad * grad;
        m[i] = mi;
        v[i] = vi;
        p[i] = p[i] - size * mi / (std::sqrt(vi) / root + eps);
    }
}

bool plain(const at::Tensor& x) {
    return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous() && !x.is_sparse();
}

}

struct AdamSettings {
    double lr, beta1, beta2, eps, decay;
    int64_t decoupled, maximize, amsgrad;
};

// Parameters without a gradient are left alone and keep their step count. states: exp_avg, exp_avg_sq[, max_exp_avg_sq] in three arrays;
// steps is read and advanced.
API int ts_adam_step(const Handle* parameters, const Handle* first, const Handle* second, const Handle* highest, int64_t* steps, int count, const AdamSettings* s) {
    return status([&] {
        at::NoGradGuard off;
        const float sign = s->maximize ? -1.f : 1.f;
        for (int i = 0; i < count; i++) {
            const auto& p = t(parameters[i]);
            const auto& grad = p.grad();
            if (!grad.defined()) continue;
            const int64_t step = ++steps[i];
            const double size = s->lr / (1 - std::pow(s->beta1, step));
            const double root = std::sqrt(1 - std::pow(s->beta2, step));
            const auto& m = t(first[i]);
            const auto& v = t(second[i]);
            if (!s->amsgrad && plain(p) && plain(grad) && plain(m) && plain(v)) {
                float *pp = p.data_ptr<float>(), *pm = m.data_ptr<float>(), *pv = v.data_ptr<float>();
                const float* pg = grad.data_ptr<float>();
                at::parallel_for(0, p.numel(), 32768, [&](int64_t from, int64_t to) {
                    if (s->decoupled)
                        adamw_slice(pp + from, pg + from, pm + from, pv + from, to - from, static_cast<float>(1 - s->lr * s->decay), s->beta1, s->beta2, size, root, s->eps, sign);
                    else
                        adam_slice(pp + from, pg + from, pm + from, pv + from, to - from, s->decay, s->beta1, s->beta2, size, root, s->eps, sign);
                });
                p.unsafeGetTensorImpl()->bump_version();
                continue;
            }
            at::Tensor g = s->maximize ? grad.neg() : grad;
            if (s->decoupled) p.mul_(1 - s->lr * s->decay);
            else if (s->decay != 0) g = g.add(p, s->decay);
            m.mul_(s->beta1).add_(g, 1 - s->beta1);
            v.mul_(s->beta2).addcmul_(g, g, 1 - s->beta2);
            if (s->amsgrad) at::maximum_out(const_cast<at::Tensor&>(t(highest[i])), t(highest[i]), v);
            auto bottom = (s->amsgrad ? t(highest[i]) : v).sqrt().div_(root).add_(s->eps);
            p.addcdiv_(m, bottom, -size);
        }
    });
}

API int ts_sgd_step(const Handle* parameters, Handle* momenta, int count, double lr, double momentum, double dampening, double decay, int nesterov, int maximize) {
    return status([&] {
        at::NoGradGuard off;
        for (int i = 0; i < count; i++) {
            const auto& p = t(parameters[i]);
            if (!p.grad().defined()) continue;
            at::Tensor g = maximize ? p.grad().neg() : p.grad();
            if (decay != 0) g = g.add(p, decay);
            if (momentum != 0) {
                if (!momenta[i]) {
                    auto kept = g.clone();
                    g = nesterov ? g.add(kept, momentum) : kept;
                    momenta[i] = give(kept);
                } else {
                    const auto& kept = t(momenta[i]);
                    kept.mul_(momentum).add_(g, 1 - dampening);
                    g = nesterov ? g.add(kept, momentum) : kept;
                }
            }
            p.add_(g, -lr);
        }
    });
}

// Clears every gradient by dropping it, or by zeroing it in place.
API int ts_zero_grads(const Handle* parameters, int count, int drop) {
    return status([&] {
        at::NoGradGuard off;
        for (int i = 0; i < count; i++) {
            auto& grad = t(parameters[i]).mutable_grad();
            if (!grad.defined()) continue;
            if (drop) grad.reset();
            else {
                if (grad.grad_fn()) grad.detach_();
                else grad.set_requires_grad(false);
                grad.zero_();
            }
        }
    });
}

// The total norm of all gradients; each is scaled when it exceeds max. Sums run in double.
API int ts_clip_grad_norm(const Handle* parameters, int count, double max, double p, double* total) {
    return status([&] {
        at::NoGradGuard off;
        std::vector<at::Tensor> grads, parts;
        for (int i = 0; i < count; i++)
            if (t(parameters[i]).grad().defined()) grads.push_back(t(parameters[i]).grad());
        double norm = 0;
        const bool infinite = std::isinf(p);
        for (const auto& g : grads) {
            if (p == 2.0 && plain(g)) norm += at::dot(g.flatten(), g.flatten()).item<double>();
            else parts.push_back(at::norm(g.to(at::kFloat), p));
        }
        // One read for all that does not lie in plain CPU memory: a device is asked once, not once a parameter.
        if (!parts.empty()) {
            const double rest = at::norm(at::stack(parts), p).item<double>();
            norm = infinite ? std::max(norm, rest) : norm + std::pow(rest, p);
        }
        if (!infinite) norm = std::pow(norm, 1.0 / p);
        *total = norm;
        const double scale = max / (norm + 1e-6);
        if (scale < 1)
            for (auto& g : grads) g.mul_(scale);
    });
}
