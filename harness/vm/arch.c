/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/arch.h"

static const struct arch archs[] = {
#if defined(__x86_64__)
	{
		.name = "x86_64",
		.debian = "amd64",
		.emulator = "qemu-system-x86_64",
		.machine = "q35",
		.console = "ttyS0",
		.serial_model = "isa-serial",
		/*
		 * No i8042 or floppy to wait for; the clock is checked by nobody
		 * under TCG, where the watchdogs of both would only warn.
		 */
		.cmdline = "i8042.noaux i8042.nokbd tsc=reliable no_timer_check",
	},
#else
#error "ramrig has no entry for this architecture in harness/vm/arch.c"
#endif
};

const struct arch *arch_here(void)
{
	return &archs[0];
}
