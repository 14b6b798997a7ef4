// SPDX-License-Identifier: BSD-2-Clause
// The physical map as a picture. Left: RAM to scale, one bar a bank. Right: every range as a row
// of its own height, so that a 4 KiB page can be read beside a gigabyte; thin wedges join the two.
// Below: a card for each node. A pool is striped in the colours of its members.
#include <algorithm>
#include <array>

#include "map_rows.hpp"
#include "mkl/claims/claims.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

using placement::about_size;
using placement::MapRow;
using placement::RowKind;

constexpr uint64_t width = 1000, margin = 24;
constexpr uint64_t bar_x = margin, bar_width = 64, row_x = 168, row_height = 24, row_gap = 3;
constexpr uint64_t swatch_width = 190, card_height = 112, card_gap = 12;

/// Fills that stay apart for colour-blind eyes (after Okabe and Ito), light enough for dark text.
constexpr std::array<std::string_view, 8> palette{"#8ecae6", "#ffc971", "#9bdeac", "#e5989b",
                                                  "#c8b6ff", "#f6e58d", "#d4a373", "#5fb3b3"};

std::string_view node_colour(size_t node) { return palette[node % palette.size()]; }

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
        }
    }
    return out;
}

std::string shortened(std::string_view text, size_t most) {
    if (text.size() <= most) return escaped(text);
    return escaped(text.substr(0, most - 2)) + "..";
}

std::string rect(uint64_t x, uint64_t y, uint64_t w, uint64_t h, std::string_view fill,
                 std::string_view more = "stroke=\"#33415c\" stroke-width=\"1\"") {
    return cat("<rect x=\"", x, "\" y=\"", y, "\" width=\"", w, "\" height=\"", h, "\" fill=\"",
               fill, "\" ", more, "/>\n");
}

/// `text` is already escaped.
std::string label(uint64_t x, uint64_t y, std::string_view css, std::string_view text) {
    return cat("<text x=\"", x, "\" y=\"", y, "\" class=\"", css, "\">", text, "</text>\n");
}

std::string fill_of(const MapRow& row) {
    switch (row.kind) {
    case RowKind::node:
    case RowKind::file:
    case RowKind::log:
    case RowKind::decoy:
        return std::string{node_colour(row.index)};
    case RowKind::pool:
        return cat("url(#pool", row.index, ")");
    case RowKind::loader:
        return "#adb5bd";
    case RowKind::status:
        return "#ced4da";
    case RowKind::reserved:
        return "#6c757d";
    case RowKind::free:
        return "#ffffff";
    }
    return "#ffffff";
}

std::string name_of(const MapRow& row) {
    if (row.kind == RowKind::free) return "free";
    constexpr std::string_view firmware = "/reserved-memory/";
    if (row.kind == RowKind::reserved && row.who.starts_with(firmware))
        return row.who.substr(firmware.size());
    if (row.kind == RowKind::file) return cat("file ", row.who);
    if (row.kind == RowKind::pool) return cat("pool ", row.who);
    return row.who;
}

/// What joins a row to its place on the bar: in the colour of who has it.
std::string wedge_fill(const MapRow& row) {
    const bool owned = row.kind == RowKind::node || row.kind == RowKind::file ||
                       row.kind == RowKind::log || row.kind == RowKind::decoy;
    return cat("fill=\"", owned ? node_colour(row.index) : "#33415c", "\" fill-opacity=\"",
               owned                       ? "0.35"
               : row.kind == RowKind::free ? "0.03"
                                           : "0.1",
               "\"/>\n");
}

/// Diagonal stripes, one a member.
std::string pool_patterns(const Plan& plan) {
    std::string out;
    for (size_t p = 0; p < plan.pools.size(); p++) {
        const auto& members = plan.pools[p].nodes;
        const size_t stripes = std::max<size_t>(members.size(), 1);
        out += cat("<pattern id=\"pool", p, "\" width=\"", 8 * stripes, "\" height=\"", 8 * stripes,
                   "\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\n");
        for (size_t i = 0; i < stripes; i++)
            out += rect(8 * i, 0, 8, 8 * stripes,
                        members.empty() ? "#ffffff" : node_colour(members[i].first), "");
        out += "</pattern>\n";
    }
    return out;
}

/// Rows, the bar beside them, and what joins them.
class Picture {
public:
    Picture(const Plan& plan, const std::vector<MapRow>& rows) : plan_{plan}, rows_{rows} {
        for (const PhysRange bank : plan.ram) pages_ += bank.size_bytes() / page_bytes;
        height_ = std::max<uint64_t>(rows.size() * (row_height + row_gap), 240);
        // Banks are drawn apart; rows of different banks too.
        bar_height_ = height_ - std::min(height_ / 2, bank_gap * (plan.ram.size() - 1));
    }

    uint64_t height() const { return height_ + bank_gap * (plan_.ram.size() - 1); }

    std::string draw(uint64_t top) const {
        std::string out;
        uint64_t y = top;
        for (size_t i = 0; i < rows_.size(); i++) {
            if (i != 0 && bank_of(rows_[i]) != bank_of(rows_[i - 1])) y += bank_gap;
            out += draw_row(rows_[i], top, y);
            y += row_height + row_gap;
        }
        for (size_t b = 0; b < plan_.ram.size(); b++) {
            const auto [first, last] = bar_of(plan_.ram[b], top);
            out += rect(bar_x, first, bar_width, last - first, "none",
                        "stroke=\"#33415c\" stroke-width=\"1.5\"");
            out += label(bar_x, first - 4, "tiny", hex(plan_.ram[b].base()));
        }
        return out;
    }

private:
    static constexpr uint64_t bank_gap = 18;

    size_t bank_of(const MapRow& row) const {
        for (size_t b = 0; b < plan_.ram.size(); b++)
            if (plan_.ram[b].overlaps(row.range)) return b;
        return 0;
    }

    /// Vertical extent of a range on the bar.
    std::pair<uint64_t, uint64_t> bar_of(PhysRange range, uint64_t top) const {
        uint64_t before = 0;
        size_t b = 0;
        for (; b + 1 < plan_.ram.size() && !plan_.ram[b].overlaps(range); b++)
            before += plan_.ram[b].size_bytes() / page_bytes;
        const uint64_t from =
            before + (range.base().value - plan_.ram[b].base().value) / page_bytes;
        const uint64_t to = from + range.size_bytes() / page_bytes;
        const auto scaled = [&](uint64_t page) {
            return top + bank_gap * b + page * bar_height_ / std::max<uint64_t>(pages_, 1);
        };
        return {scaled(from), std::max(scaled(to), scaled(from) + 1)};
    }

    std::string draw_row(const MapRow& row, uint64_t top, uint64_t y) const {
        const auto [first, last] = bar_of(row.range, top);
        const bool is_free = row.kind == RowKind::free;
        const uint64_t middle = bar_x + bar_width;
        std::string out =
            cat("<polygon points=\"", middle, ",", first, " ", row_x, ",", y, " ", row_x, ",",
                y + row_height, " ", middle, ",", last, "\" ", wedge_fill(row));
        out += rect(bar_x, first, bar_width, last - first, fill_of(row), "");
        out += rect(row_x, y, swatch_width, row_height, fill_of(row),
                    is_free ? "stroke=\"#adb5bd\" stroke-width=\"1\" stroke-dasharray=\"4 3\""
                            : "stroke=\"#33415c\" stroke-width=\"1\"");
        const std::string_view css = row.kind == RowKind::reserved ? "name light"
                                     : is_free                     ? "name faint"
                                     : row.kind == RowKind::pool   ? "name halo"
                                                                   : "name";
        const uint64_t line = y + 16;
        out += label(row_x + 8, line, css, shortened(name_of(row), 24));
        out += label(row_x + swatch_width + 14, line, "number",
                     cat(hex(row.range.base()), " to ", hex(row.range.end().value - 1)));
        out += label(row_x + swatch_width + 330, line, "number right",
                     about_size(row.range.size_bytes()));
        out +=
            label(row_x + swatch_width + 350, line, "small",
                  shortened(row.kind == RowKind::reserved ? "kept by firmware" : row.detail, 44));
        return out;
    }

    const Plan& plan_;
    const std::vector<MapRow>& rows_;
    uint64_t pages_ = 0, height_ = 0, bar_height_ = 0;
};

std::string irq_text(const PlanNode& n) { return join_or("none", n.interrupts, &Irq::id); }

std::string card(const PlanNode& n, size_t index, uint64_t x, uint64_t y, uint64_t w) {
    uint64_t pages = 0, ram = 0;
    for (const PhysRange r : n.device_pages) pages += r.size_bytes() / page_bytes;
    for (const PhysRange r : n.memory) ram += r.size_bytes();
    const std::string devices = join(n.devices);
    const size_t most = static_cast<size_t>(w) / 7 - 4;
    std::string out = rect(x, y, w, card_height, "#ffffff");
    out += rect(x, y, w, 26, node_colour(index));
    out += label(x + 10, y + 18, "name", escaped(n.name));
    out += label(x + w - 10, y + 18, "small right",
                 cat("cpu ", n.cpu_index, " (", hex(n.hwid.value), "), ", about_size(ram)));
    const auto line = [&](uint64_t row, std::string_view what, std::string_view text) {
        out += label(x + 10, y + 44 + 18 * row, "small", what);
        out += label(x + 92, y + 44 + 18 * row, "small", shortened(text, most - 12));
    };
    line(0, "console", n.console.value_or("log"));
    line(1, "devices",
         n.devices.empty()
             ? std::string{"none"}
             : cat(n.devices.size(), " (", pages, pages == 1 ? " page): " : " pages): ", devices));
    line(2, "interrupts", irq_text(n));
    line(3, "signals", cat(n.receives.size(), " in, ", n.sends.size(), " out"));
    return out;
}

std::string cards(const Plan& plan, uint64_t top) {
    std::string out;
    const uint64_t w = (width - 2 * margin - card_gap) / 2;
    for (size_t i = 0; i < plan.nodes.size(); i++)
        out += card(plan.nodes[i], i, margin + (i % 2) * (w + card_gap),
                    top + i / 2 * (card_height + card_gap), w);
    return out;
}

constexpr std::string_view style =
    "<style>text{font-family:'DejaVu Sans',Helvetica,Arial,sans-serif;fill:#1b263b}"
    ".title{font-size:18px;font-weight:bold}.name{font-size:13px}"
    ".number{font-size:12px;font-family:'DejaVu Sans Mono',Menlo,monospace}"
    ".small{font-size:11px}.tiny{font-size:9px;font-family:'DejaVu Sans Mono',Menlo,monospace}"
    ".light{fill:#ffffff}.faint{fill:#8d99ae}.right{text-anchor:end}"
    ".halo{paint-order:stroke;stroke:#ffffff;stroke-width:4px;stroke-linejoin:round}"
    "</style>\n";

}  // namespace

std::string map_svg(const Plan& plan, const System& system, const Hardware& hardware) {
    const std::vector<MapRow> rows = placement::map_rows(plan, system);
    const Picture picture{plan, rows};
    const uint64_t top = 72, cards_top = top + picture.height() + 16;
    const uint64_t height =
        cards_top + (plan.nodes.size() + 1) / 2 * (card_height + card_gap) + margin - card_gap;
    uint64_t ram = 0;
    for (const PhysRange r : plan.ram) ram += r.size_bytes();

    std::string out =
        cat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", width, "\" height=\"", height,
            "\" viewBox=\"0 0 ", width, " ", height, "\">\n", style, "<defs>\n",
            pool_patterns(plan), "</defs>\n", rect(0, 0, width, height, "#fbfcfe", ""));
    out += label(margin, 32, "title", escaped(system.path.filename().string()));
    out += label(margin, 52, "small",
                 escaped(cat(hardware.model.empty() ? std::string{"board"} : hardware.model, ": ",
                             hardware.cpus.size(), " CPUs, ", plan.nodes.size(), " used, ",
                             hardware.cpus.size() - plan.nodes.size(), " parked; ", about_size(ram),
                             " of RAM. Left to scale, right every range.")));
    return out + picture.draw(top) + cards(plan, cards_top) + "</svg>\n";
}

}  // namespace mkl
