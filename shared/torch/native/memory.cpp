// Memory of big tensors. Training frees and asks for the same big buffers every step; by default glibc maps each one afresh and
// the kernel zeroes it again, page by page. Here freed blocks are kept by size and handed out again, on huge pages, which
// saves the zeroing, most of the faults and much of the address translation.
#include "shim.h"
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace {

constexpr size_t kHuge = size_t(2) << 20;
constexpr size_t kBig = size_t(1) << 20;
// The data begins one cache line into the block; its size stands before it.
constexpr size_t kHeader = 64;

class KeptBlocks final : public c10::Allocator {
  public:
    explicit KeptBlocks(c10::Allocator* small) : small_(small) {
        limit_ = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE)) / 2;
    }

    // libtorch 1.13 declares allocate const, later ones do not and add copy_data; each overrides what its base has.
    c10::DataPtr allocate(size_t size) const { return const_cast<KeptBlocks*>(this)->take(size); }
    c10::DataPtr allocate(size_t size) { return take(size); }
    void copy_data(void* target, const void* source, size_t count) const { memcpy(target, source, count); }
    // oneDNN takes its scratch space as bare pointers and returns them through this.
    c10::DeleterFnPtr raw_deleter() const override { return &give_any_back; }

  private:
    // Multiples of 2 MiB up to 16 MiB, then eight steps to each doubling: batches of about one size share blocks.
    static size_t rounded(size_t size) {
        size = (size + kHuge - 1) / kHuge * kHuge;
        size_t step = kHuge;
        while (size > step * 16) step *= 2;
        return (size + step - 1) / step * step;
    }

    c10::DataPtr take(size_t size) {
        if (size < kBig) return small_->allocate(size);
        const size_t whole = rounded(size + kHeader);
        char* block = nullptr;
        {
            std::lock_guard<std::mutex> lock(mutex_);
            auto& free = kept_[whole];
            if (!free.empty()) {
                block = free.back();
                free.pop_back();
                held_ -= whole;
                lent_.insert(block);
            }
        }
        if (!block) block = map(whole);
        if (!block) {
            drop_all();
            block = map(whole);
        }
        if (!block) return small_->allocate(size); // which fails with libtorch's own sentence
        if (*reinterpret_cast<size_t*>(block) != whole) {
            *reinterpret_cast<size_t*>(block) = whole;
            std::lock_guard<std::mutex> lock(mutex_);
            lent_.insert(block);
        }
        char* data = block + kHeader;
        return {data, data, &give_back, c10::Device(c10::DeviceType::CPU)};
    }

    static char* map(size_t whole) {
        // One huge page more than needed, so that the block can begin on a boundary; the rest is returned at once.
        void* raw = mmap(nullptr, whole + kHuge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (raw == MAP_FAILED) return nullptr;
        auto begin = reinterpret_cast<uintptr_t>(raw);
        const auto aligned = (begin + kHuge - 1) / kHuge * kHuge;
        if (aligned > begin) munmap(raw, aligned - begin);
        const auto after = begin + kHuge - aligned;
        if (after > 0) munmap(reinterpret_cast<void*>(aligned + whole), after);
        auto* block = reinterpret_cast<char*>(aligned);
        madvise(block, whole, MADV_HUGEPAGE);
        return block;
    }

    static void give_back(void* data);
    static void give_any_back(void* data);

    void keep(char* block) {
        const size_t whole = *reinterpret_cast<size_t*>(block);
        {
            std::lock_guard<std::mutex> lock(mutex_);
            lent_.erase(block);
            if (held_ + whole <= limit_) {
                kept_[whole].push_back(block);
                held_ += whole;
                return;
            }
        }
        munmap(block, whole);
    }

    void drop_all() {
        std::lock_guard<std::mutex> lock(mutex_);
        for (auto& [whole, free] : kept_) {
            for (char* block : free) munmap(block, whole);
            free.clear();
        }
        held_ = 0;
    }

    c10::Allocator* small_;
    std::mutex mutex_;
    std::unordered_map<size_t, std::vector<char*>> kept_;
    std::unordered_set<char*> lent_;
    size_t held_ = 0, limit_ = 0;
};

// Lives as long as the process: tensors may be freed during its very end.
KeptBlocks* blocks = nullptr;

void KeptBlocks::give_back(void* data) { blocks->keep(static_cast<char*>(data) - kHeader); }

void KeptBlocks::give_any_back(void* data) {
    char* block = static_cast<char*>(data) - kHeader;
    if (reinterpret_cast<uintptr_t>(block) % kHuge == 0) {
        bool ours;
        {
            std::lock_guard<std::mutex> lock(blocks->mutex_);
            ours = blocks->lent_.count(block) != 0;
        }
        if (ours) return blocks->keep(block);
    }
    blocks->small_->raw_deallocate(data);
}

__attribute__((constructor)) void keep_big_buffers() {
    if (getenv("MINDTORCH_DEFAULT_MALLOC")) return;
    // What goes through malloc all the same (small tensors, oneDNN's scratch space) stays on the heap, too.
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 2147483647);
    mallopt(M_TOP_PAD, 64 << 20);
    if (getenv("MINDTORCH_NO_BLOCKS")) return;
    blocks = new KeptBlocks(c10::GetCPUAllocator());
    c10::SetCPUAllocator(blocks, 100);
}

}
