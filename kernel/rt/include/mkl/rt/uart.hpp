// SPDX-License-Identifier: BSD-2-Clause
// Polled console output on the UARTs of MKL_CONSOLE_* (mkl/abi/boot_record.h).
//
// Clock, baud rate and pins belong to the firmware; enable() only sets the transmitter's enable
// bit where a board may come up without it. Bus is rt::Mmio on hardware and a recording fake in
// the tests. Register facts: the document named above each block.
#pragma once

#include "mkl/abi/boot_record.h"
#include "mkl/rt/mmio.hpp"

namespace mkl::rt {

/// Arm PrimeCell UART (PL011), DDI 0183G, table 3-1. 32-bit access.
struct Pl011 {
    struct Dr : Reg<0x000, uint32_t, Access::rw> {};  // UARTDR, data
    struct Fr : Reg<0x018, uint32_t, Access::ro> {    // UARTFR, flags
        using Txff = Field<5>;                        //   transmit FIFO full
    };
};
static_assert(Pl011::Fr::Txff::mask == 0x20);

/// 16550 family, PC16550D data sheet, table II. Registers spaced by reg_shift.
struct Ns16550 {
    static constexpr uint32_t thr = 0;               // transmit holding
    static constexpr uint32_t lsr = 5;               // line status
    static constexpr uint32_t lsr_thr_empty = 0x20;  // LSR bit 5
};

/// Cadence UART, Zynq UltraScale+ register reference UG1087, UART module.
struct CadenceUart {
    struct Cr : Reg<0x00, uint32_t, Access::rw> {};  // Control
    struct Sr : Reg<0x2c, uint32_t, Access::ro> {    // Channel_sts
        using Txfull = Field<4>;
    };
    struct Fifo : Reg<0x30, uint32_t, Access::rw> {};  // TX_RX_FIFO
    static constexpr uint32_t cr_enable = 0x14;        // TXEN (bit 4), RXEN (bit 2)
};

/// SiFive UART, FU540-C000 manual, chapter 13.
struct SifiveUart {
    struct Txdata : Reg<0x00, uint32_t, Access::rw> {
        using Full = Field<31>;
    };
    struct Txctrl : Reg<0x08, uint32_t, Access::rw> {
        using Txen = Field<0>;
    };
};

/// i.MX UART, i.MX 8M reference manual IMX8MDQLQRM, 16.2.
struct ImxUart {
    struct Utxd : Reg<0x40, uint32_t, Access::wo> {};  // transmitter
    struct Uts : Reg<0xb4, uint32_t, Access::ro> {     // test
        using Txfull = Field<4>;
    };
};

/// Amlogic Meson UART, S905 data sheet, section UART.
struct MesonUart {
    struct Wfifo : Reg<0x00, uint32_t, Access::wo> {};
    struct Control : Reg<0x08, uint32_t, Access::rw> {
        using TxEnable = Field<12>;
    };
    struct Status : Reg<0x0c, uint32_t, Access::ro> {
        using TxFull = Field<21>;
    };
};

/// One console of any supported type, chosen at run time by the boot record or payload table.
/// An unknown type behaves like none: ready() is false and put() does nothing.
template <class Bus>
class Uart {
public:
    constexpr Uart() : bus_{0} {}
    constexpr Uart(Bus bus, uint32_t type, uint32_t reg_shift, uint32_t io_width)
        : bus_{bus}, type_{type}, reg_shift_{reg_shift}, io_width_{io_width} {}

    /// True if there is a driver: put() reaches a wire.
    constexpr bool present() const {
        return type_ >= MKL_CONSOLE_PL011 && type_ <= MKL_CONSOLE_BCM2835AUX;
    }

    /// Sets the transmitter's enable bit where firmware may have left it off.
    void enable() const {
        if (type_ == MKL_CONSOLE_CADENCE) {
            bus_.template write<CadenceUart::Cr>(CadenceUart::cr_enable);
        } else if (type_ == MKL_CONSOLE_SIFIVE) {
            const uint32_t v = bus_.template read<SifiveUart::Txctrl>();
            bus_.template write<SifiveUart::Txctrl>(v | SifiveUart::Txctrl::Txen::mask);
        } else if (type_ == MKL_CONSOLE_MESON) {
            const uint32_t v = bus_.template read<MesonUart::Control>();
            bus_.template write<MesonUart::Control>(v | MesonUart::Control::TxEnable::mask);
        }
    }

    /// True if the next byte would be taken at once.
    bool ready() const {
        switch (type_) {
        case MKL_CONSOLE_PL011:
            return !Pl011::Fr::Txff::get(bus_.template read<Pl011::Fr>());
        case MKL_CONSOLE_NS16550:
        case MKL_CONSOLE_BCM2835AUX:
            return (read_16550(Ns16550::lsr) & Ns16550::lsr_thr_empty);
        case MKL_CONSOLE_CADENCE:
            return !CadenceUart::Sr::Txfull::get(bus_.template read<CadenceUart::Sr>());
        case MKL_CONSOLE_SIFIVE:
            return !SifiveUart::Txdata::Full::get(bus_.template read<SifiveUart::Txdata>());
        case MKL_CONSOLE_IMX:
            return !ImxUart::Uts::Txfull::get(bus_.template read<ImxUart::Uts>());
        case MKL_CONSOLE_MESON:
            return !MesonUart::Status::TxFull::get(bus_.template read<MesonUart::Status>());
        default:
            return false;
        }
    }

    /// Waits for room, then sends one byte. Gives up after `spin_limit` polls, so that a dead
    /// UART cannot stop a node.
    void put_byte(char c) const {
        if (!present()) return;
        for (uint32_t i = 0; i < spin_limit && !ready(); i++) {}
        const uint8_t byte = static_cast<uint8_t>(c);
        switch (type_) {
        case MKL_CONSOLE_PL011:
            bus_.template write<Pl011::Dr>(byte);
            break;
        case MKL_CONSOLE_NS16550:
        case MKL_CONSOLE_BCM2835AUX:
            write_16550(Ns16550::thr, byte);
            break;
        case MKL_CONSOLE_CADENCE:
            bus_.template write<CadenceUart::Fifo>(byte);
            break;
        case MKL_CONSOLE_SIFIVE:
            bus_.template write<SifiveUart::Txdata>(byte);
            break;
        case MKL_CONSOLE_IMX:
            bus_.template write<ImxUart::Utxd>(byte);
            break;
        case MKL_CONSOLE_MESON:
            bus_.template write<MesonUart::Wfifo>(byte);
            break;
        default:
            break;
        }
    }

    /// As put_byte, with a carriage return before each line feed.
    void put(char c) const {
        if (c == '\n') put_byte('\r');
        put_byte(c);
    }

private:
    static constexpr uint32_t spin_limit = 10'000'000;

    uint32_t read_16550(uint32_t reg) const {
        const uint64_t offset = uint64_t{reg} << reg_shift_;
        return io_width_ == 4 ? bus_.template read_at<uint32_t>(offset)
                              : bus_.template read_at<uint8_t>(offset);
    }
    void write_16550(uint32_t reg, uint8_t v) const {
        const uint64_t offset = uint64_t{reg} << reg_shift_;
        if (io_width_ == 4) {
            bus_.template write_at<uint32_t>(offset, v);
        } else {
            bus_.template write_at<uint8_t>(offset, v);
        }
    }

    Bus bus_;
    uint32_t type_ = MKL_CONSOLE_NONE;
    uint32_t reg_shift_ = 0;
    uint32_t io_width_ = 1;
};

}  // namespace mkl::rt
