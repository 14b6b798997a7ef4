// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/phys_range.hpp"

namespace mkl {

bool sorted_disjoint(std::span<const PhysRange> ranges) {
    for (size_t i = 0; i < ranges.size(); i++) {
        if (ranges[i].empty()) return false;
        if (i != 0 && ranges[i].base() < ranges[i - 1].end()) return false;
    }
    return true;
}

std::vector<PhysRange> normalise(std::vector<PhysRange> ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::vector<PhysRange> out;
    for (const PhysRange& r : ranges) {
        if (r.empty()) continue;
        if (!out.empty() && r.base() <= out.back().end())
            out.back() = PhysRange::between(out.back().base(), std::max(out.back().end(), r.end()));
        else
            out.push_back(r);
    }
    return out;
}

// from minus holes.
//
//   from     |-----------|     |--------|
//   holes       |--|        |----|
//   result   |--|  |-----|       |------|
//
// `first` only moves forward; a hole is revisited only when it reaches into the next range.
std::vector<PhysRange> subtract(std::span<const PhysRange> from, std::span<const PhysRange> holes) {
    assert(sorted_disjoint(from) && sorted_disjoint(holes));
    std::vector<PhysRange> left;
    size_t first = 0;  // holes[..first) end at or below the start of the current range
    for (const PhysRange& r : from) {
        while (first < holes.size() && holes[first].end() <= r.base()) first++;
        PhysAddr done = r.base();  // invariant: each byte of r below it is emitted or in a hole
        for (size_t i = first; i < holes.size() && holes[i].base() < r.end(); i++) {
            if (done < holes[i].base()) left.push_back(PhysRange::between(done, holes[i].base()));
            done = std::max(done, holes[i].end());
        }
        if (done < r.end()) left.push_back(PhysRange::between(done, r.end()));
    }
    return left;
}

std::vector<PhysRange> intersect(std::span<const PhysRange> a, std::span<const PhysRange> b) {
    assert(sorted_disjoint(a) && sorted_disjoint(b));
    std::vector<PhysRange> out;
    for (size_t i = 0, k = 0; i < a.size() && k < b.size();) {
        const PhysRange common = a[i].intersect(b[k]);
        if (!common.empty()) out.push_back(common);
        (a[i].end() < b[k].end() ? i : k)++;
    }
    return out;
}

bool covers(std::span<const PhysRange> ranges, PhysRange range) {
    PhysAddr done = range.base();
    for (const PhysRange& r : ranges) {
        if (done >= range.end()) break;
        if (r.contains(done)) done = r.end();
    }
    return done >= range.end();
}

}  // namespace mkl
