// torch.save and torch.load of one tensor, in libtorch's own archive format.
#include "shim.h"
#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>

API int ts_save(Handle a, const char* path) {
    return status([&] {
        torch::serialize::OutputArchive archive;
        archive.write("0", t(a));
        archive.save_to(std::string(path));
    });
}
API Handle ts_load(const char* path) {
    return tensor([&] {
        torch::serialize::InputArchive archive;
        archive.load_from(std::string(path));
        at::Tensor result;
        archive.read("0", result);
        return result;
    });
}
