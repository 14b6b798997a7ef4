// SPDX-License-Identifier: BSD-2-Clause
// Stands in for libraries that are not in the build yet, so that mkl links from the first day.
// CMake defines MKL_ABSENT_<library> for each; the file goes when the list is empty.
#include <stdexcept>

#include "mkl/artefacts/artefacts.hpp"
#include "mkl/artefacts/findings.hpp"
#include "mkl/capdl/findings.hpp"
#include "mkl/emit/findings.hpp"
#include "mkl/formats/findings.hpp"
#include "mkl/hardware/findings.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/image/findings.hpp"
#include "mkl/image/image.hpp"
#include "mkl/manifest/findings.hpp"
#include "mkl/manifest/manifest.hpp"
#include "mkl/partition/findings.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/rules/findings.hpp"
#include "mkl/rules/rules.hpp"
#include "mkl/support/outputs.hpp"

namespace mkl {

[[maybe_unused]] static std::runtime_error absent(const char* library) {
    return std::runtime_error{std::string{"this build has no "} + library};
}

#ifdef MKL_ABSENT_MANIFEST
std::span<const FindingDoc> manifest_findings() { return {}; }
std::optional<System> load_system(FileSystem&, const std::filesystem::path&,
                                  const std::vector<Setting>&, DiagnosticSink&) {
    throw absent("manifest");
}
std::string system_schema_json() { throw absent("manifest"); }
#endif
#ifdef MKL_ABSENT_HARDWARE
std::span<const FindingDoc> hardware_findings() { return {}; }
std::optional<Hardware> load_hardware(FileSystem&, const System&, DiagnosticSink&) {
    throw absent("hardware");
}
std::optional<Uart> uart_of(const Hardware&, const Device&) { return std::nullopt; }
std::string qemu_machine_argument(const QemuMachine&) { throw absent("hardware"); }
std::string qemu_cpu_argument(const QemuMachine&) { throw absent("hardware"); }
#endif
#ifdef MKL_ABSENT_RULES
std::span<const FindingDoc> rules_findings() { return {}; }
bool check(const System&, const Hardware&, DiagnosticSink&) { throw absent("rules"); }
#endif
#ifdef MKL_ABSENT_PARTITION
std::span<const FindingDoc> partition_findings() { return {}; }
std::optional<Plan> partition(const System&, const Hardware&, DiagnosticSink&) {
    throw absent("partition");
}
std::string map_text(const Plan&, const System&, const Hardware&) { throw absent("partition"); }
std::string map_svg(const Plan&, const System&, const Hardware&) { throw absent("partition"); }
std::string to_json(const Plan&, const System&, const Hardware&) { throw absent("partition"); }
#endif
#ifdef MKL_ABSENT_EMIT
std::span<const FindingDoc> emit_findings() { return {}; }
#endif
#ifdef MKL_ABSENT_FORMATS
std::span<const FindingDoc> formats_findings() { return {}; }
void ByteRope::append(Bytes) { throw absent("formats"); }
void ByteRope::append(std::string_view) { throw absent("formats"); }
std::span<const std::byte> ByteRope::zero_block(size_t) { throw absent("formats"); }
bool write_outputs(const std::filesystem::path&, std::span<const OutputFile>, DiagnosticSink&) {
    throw absent("outputs");
}
std::span<const FindingDoc> outputs_findings() { return {}; }
#endif
#ifdef MKL_ABSENT_CAPDL
std::span<const FindingDoc> capdl_findings() { return {}; }
#endif
#ifdef MKL_ABSENT_ARTEFACTS
std::span<const FindingDoc> artefacts_findings() { return {}; }
std::optional<Artefacts> make_artefacts(const Plan&, const System&, const Hardware&, FileSystem&,
                                        const Share&, DiagnosticSink&, const ArtefactOptions&) {
    throw absent("artefacts");
}
std::vector<OutputFile> partition_files(const Plan&, const Artefacts&) {
    throw absent("artefacts");
}
#endif
#ifdef MKL_ABSENT_IMAGE
std::span<const FindingDoc> image_findings() { return {}; }
const OutputFile* Image::file(std::string_view) const { throw absent("image"); }
std::optional<Image> make_image(const Plan&, const System&, const Hardware&, const Artefacts&,
                                DiagnosticSink&) {
    throw absent("image");
}
#endif

}  // namespace mkl
