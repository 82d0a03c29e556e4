/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include "lib/text.h"
#include "workloads/swapstorm/swapstorm-file.h"
#include "workloads/swapstorm/swapstorm-huge.h"

#define FOLDER "/sys/kernel/mm/transparent_hugepage/"

static const char *const files[HUGE_FILES] = {
	FOLDER "enabled",
	FOLDER "hugepages-64kB/enabled",
};

void huge_word(const char *text, char *word, unsigned size)
{
	const char *at = strchr(text, '['), *end = at ? strchr(at, ']') : NULL;

	snprintf(word, size, "%.*s", end ? (int)(end - at - 1) : 0, end ? at + 1 : "");
}

bool huge_allow(struct huge_settings *before)
{
	bool allowed = false;

	for (unsigned i = 0; i < HUGE_FILES; i++) {
		char text[64];
		struct err absent;	/* then the text is empty, which says as much */

		text_read(files[i], text, sizeof(text), &absent);
		huge_word(text, before->values[i], sizeof(before->values[i]));
		allowed |= !file_write(files[i], "madvise");
	}
	return allowed;
}

void huge_restore(const struct huge_settings *before)
{
	for (unsigned i = 0; i < HUGE_FILES; i++)
		if (*before->values[i])
			file_write(files[i], before->values[i]);
}
