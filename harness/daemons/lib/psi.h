/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAEMON_PSI_H
#define RAMRIG_DAEMON_PSI_H

#include <stdint.h>
#include "lib/err.h"

/* One line of a pressure file, as the kernel's accounting/psi.rst has it. */
struct psi_line {
	double avg10, avg60, avg300;	/* percent of time, over the last seconds */
	uint64_t total_us;		/* since the start */
};

struct psi {
	struct psi_line some, full;
};

/* Pure: reads the text of memory.pressure or /proc/pressure/memory. -EINVAL for anything else. */
int psi_parse_lines(const char *text, struct psi *ret, struct err *e);

/* Reads the pressure file @name below @dirfd. -EOPNOTSUPP where the kernel has PSI off. */
int psi_read(int dirfd, const char *name, struct psi *ret, struct err *e);

#endif
