/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_HUGE_H
#define SWAPSTORM_HUGE_H

#include <stdbool.h>

/*
 * Large pages for those workers that ask for them: of 2 MiB and of 64 KiB, which are
 * swapped out as one, into slots side by side. A small guest has them off by default.
 */
#define HUGE_FILES 2

struct huge_settings {
	char values[HUGE_FILES][16];	/* as they were; "" where the kernel has none */
};

/* Allows them, and keeps what was set. False where the kernel has none. */
bool huge_allow(struct huge_settings *before);

void huge_restore(const struct huge_settings *before);

/* Pure: the word in brackets of "always [madvise] never"; "" where there is none. */
void huge_word(const char *text, char *word, unsigned size);

#endif
