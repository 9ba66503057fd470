// Functions whose derivative is written in managed code: a node of the graph that calls back.
#include "shim.h"
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable.h>
#include <memory>
#include <stdexcept>

namespace {

using torch::autograd::variable_list;

// From the gradients of the outputs to those of the inputs, a null where there is none. The results' references are handed over.
// 0 = done; otherwise the message is with ts_keep_error.
using Derivative = int (*)(void* state, void* node, const Handle* gradients, int count, Handle* results, int resultCount);
using Release = void (*)(void* state);

struct ManagedNode final : torch::autograd::Node {
    ManagedNode(std::string name, Derivative derivative, Release release, void* state)
        : label(std::move(name)), derivative(derivative), release(release), state(state) {}
    ~ManagedNode() override { release(state); }

    std::string name() const override { return label; }
    void release_variables() override { saved.clear(); }

    variable_list apply(variable_list&& gradients) override {
        for (size_t i = 0; i < gradients.size(); i++)
            if (!gradients[i].defined()) gradients[i] = input_metadata(i).zeros_like();
        std::vector<Handle> results(num_outputs());
        // A tensor is one pointer; they are lent for the call.
        const auto* lent = reinterpret_cast<const Handle*>(gradients.data());
        const int failed = derivative(state, this, lent, static_cast<int>(gradients.size()), results.data(), static_cast<int>(results.size()));
        variable_list made(results.size());
        for (size_t i = 0; i < results.size(); i++)
            if (results[i]) made[i] = at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(results[i]));
        if (failed) throw std::runtime_error(last_error());
        return made;
    }

    std::string label;
    Derivative derivative;
    Release release;
    void* state;
    std::vector<torch::autograd::SavedVariable> saved;
};

}

API void ts_keep_error(const char* message) { keep_error(message); }

// Makes `outputs`, computed from `inputs` without being recorded, the results of a new node. `saved` are kept for the derivative.
API int ts_function_record(const char* name, Derivative derivative, Release release, void* state, const Handle* inputs, int inputCount,
                           const Handle* outputs, int outputCount, const Handle* saved, int savedCount) {
    return status([&] {
        auto node = std::shared_ptr<ManagedNode>(new ManagedNode(name, derivative, release, state), torch::autograd::deleteNode);
        node->set_next_edges(torch::autograd::collect_next_edges(list(inputs, inputCount)));
        for (int i = 0; i < outputCount; i++) {
            const auto& output = t(outputs[i]);
            if (output.requires_grad() || output.is_view()) throw std::invalid_argument(node->label + ": a result must be a new tensor, no input and no view");
            torch::autograd::impl::set_gradient_edge(output, {node, node->add_input_metadata(output)});
        }
        for (const auto& kept : list(saved, savedCount))
            node->saved.emplace_back(kept, kept.defined() && kept.grad_fn().get() == node.get());
    });
}

// What was saved, in its order, through ts_take.
API int ts_function_saved(void* node) {
    return tensors([&] {
        auto* self = static_cast<ManagedNode*>(node);
        std::vector<at::Tensor> result;
        for (const auto& kept : self->saved) result.push_back(kept.unpack(self->shared_from_this()));
        return result;
    });
}
