/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "compare/wrap.h"

void wrap_print(FILE *out, const char *text, size_t width, int indent)
{
	size_t at = 0;

	for (;;) {
		size_t len = strcspn(text, " \n");

		/* "4.1 %" is one word. */
		if (!strncmp(text + len, " %", 2))
			len += 2 + strcspn(text + len + 2, " \n");
		if (at && at + 1 + len > width) {
			fprintf(out, "\n%*s", indent, "");
			at = (size_t)indent;
		} else if (at) {
			fputc(' ', out);
			at++;
		}
		fprintf(out, "%.*s", (int)len, text);
		at += len;
		text += len;
		if (!*text)
			break;
		if (*text++ == '\n') {
			fputc('\n', out);
			at = 0;
		}
	}
	fputc('\n', out);
}
