// SPDX-License-Identifier: BSD-2-Clause
// Node device trees agree with the records: own RAM, own CPU, own devices and interrupts, nothing
// random, nothing that refers to what is not there.
#include <algorithm>

#include "proof.hpp"
#include "tree.hpp"

namespace mkl::verify {

namespace {

void check_basics(const NodeView& view, const Tree& tree, const std::string& part, Proof& proof) {
    const auto ram = ranges_of(view.node->ram);
    const auto memory = normalise(tree.memory);
    proof.expect("device trees have their node's RAM", memory == ram, "E631", part, [&] {
        return cat("memory in the tree of node '", view.node->name, "' is ", list_text(memory),
                   ", its RAM is ", list_text(ram));
    });
    for (const PhysRange& r : tree.reserved)
        proof.expect("memory reservations lie in the node's RAM", covers(ram, r), "E631", part,
                     [&] {
                         return cat("the tree of node '", view.node->name, "' reserves ", r,
                                    ", outside its RAM");
                     });
    const bool own = tree.cpus.size() == 1 && tree.cpus.front() == view.node->raw.hwid;
    proof.expect("device trees have their node's CPU and no other", own, "E632", part, [&] {
        return cat("the tree of node '", view.node->name, "' has ", tree.cpus.size(),
                   " CPUs, the first ", tree.cpus.empty() ? "none" : hex(tree.cpus.front()),
                   "; the node runs on ", hex(view.node->raw.hwid));
    });
    proof.expect("device trees hold no random seed", tree.seeds.empty(), "E634", part, [&] {
        return cat("the tree of node '", view.node->name, "' has ",
                   tree.seeds.empty() ? "" : tree.seeds.front());
    });
    for (const std::string& d : tree.dangling)
        proof.expect("interrupt parents are there", false, "E633", part, d);
}

/// A bridge decodes nothing where there is RAM, whatever its windows span.
std::vector<PhysRange> windows_of(const TreeDevice& device, const ImageView& image) {
    return subtract(normalise(device.windows), normalise(ranges_of(image.table.ram)));
}

void check_owned(const ImageView& image, const NodeView& view, const TreeDevice& device,
                 PhysRange range, std::string_view what, const std::string& part, Proof& proof) {
    const auto pages = range.grown_to(MKL_PAGE_SIZE);
    const bool mine = pages && covers(ranges_of(view.record->devices), *pages);
    proof.expect("enabled devices belong to their node", mine, "E635", part, [&] {
        std::string owner = "nobody";
        for (const NodeView& other : image.nodes)
            if (&other != &view && other.record && pages)
                for (const PhysRange& o : ranges_of(other.record->devices))
                    if (o.overlaps(*pages)) owner = cat("node '", other.node->name, "'");
        return cat(device.path, " is enabled in the tree of node '", view.node->name, "'; its ",
                   what, " ", range, " belong to ", owner);
    });
}

void check_devices(const ImageView& image, const NodeView& view, const Tree& tree,
                   const std::string& part, Proof& proof) {
    std::vector<mkl_range> list{
        {image.table.header.intc.dist_base, image.table.header.intc.dist_size}
    };
    for (uint32_t i = 0; i < std::min(image.table.header.intc.region_count, MKL_INTC_MAX_REGIONS);
         i++)
        list.push_back(image.table.header.intc.regions[i]);
    const auto controller = ranges_of(list);
    for (const TreeDevice& d : tree.nodes) {
        if (!d.enabled) continue;
        for (const PhysRange& r : windows_of(d, image))
            check_owned(image, view, d, r, "PCI windows", part, proof);
        if (!d.registers.empty() && covers(controller, d.registers.front()))
            continue;  // its further frames go with it
        for (const PhysRange& r : d.registers)
            check_owned(image, view, d, r, "registers", part, proof);
    }
    for (const TreeInterrupt& i : tree.interrupts) {
        if (i.per_cpu) continue;
        const auto& list_of = view.record->interrupts;
        const bool mine = std::any_of(list_of.begin(), list_of.end(),
                                      [&](const mkl_rec_interrupt& r) { return r.id == i.id; });
        proof.expect("interrupts of enabled devices belong to their node", mine, "E636", part, [&] {
            return cat(i.path, " is enabled in the tree of node '", view.node->name,
                       "' with interrupt ", i.id, ", which its boot record does not have");
        });
    }
}

// The other way round: nothing in the record that no enabled device of the tree accounts for.
void check_accounted(const ImageView& image, const NodeView& view, const Tree& tree, Proof& proof) {
    const std::string part = view.part("boot-record.bin");
    std::vector<PhysRange> pages;
    for (const TreeDevice& d : tree.nodes) {
        if (!d.enabled) continue;
        for (const auto& ranges : {d.registers, windows_of(d, image)})
            for (const PhysRange& r : ranges)
                if (const auto grown = r.grown_to(MKL_PAGE_SIZE)) pages.push_back(*grown);
    }
    pages = normalise(std::move(pages));
    for (const PhysRange& r : ranges_of(view.record->devices))
        proof.expect("device pages are those of enabled devices", covers(pages, r), "E637", part,
                     [&] {
                         return cat("node '", view.node->name, "' has device pages ", r,
                                    ", which no enabled device of its tree has in full");
                     });
    for (const mkl_rec_interrupt& i : view.record->interrupts) {
        const bool used = std::any_of(tree.interrupts.begin(), tree.interrupts.end(),
                                      [&](const TreeInterrupt& t) { return t.id == i.id; });
        proof.expect("interrupts are those of enabled devices", used, "E637", part, [&] {
            return cat("node '", view.node->name, "' has interrupt ", i.id,
                       ", which no enabled device of its tree has");
        });
    }
}

}  // namespace

void check_trees(const ImageView& image, Proof& proof) {
    for (const NodeView& view : image.nodes) {
        if (!view.tree) continue;
        const std::string part = view.part("node.dtb");
        const Tree tree = read_tree(*view.tree, image.table.header.intc.dist_base,
                                    image.table.header.intc.type == MKL_INTC_PLIC);
        check_basics(view, tree, part, proof);
        if (!view.record) continue;
        check_devices(image, view, tree, part, proof);
        check_accounted(image, view, tree, proof);
    }
}

}  // namespace mkl::verify
