/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <libxml/chvalid.h>
#include <libxml/xmlstring.h>
#include <stdbool.h>
#include <string.h>
#include "lib/file.h"
#include "lib/printable.h"

#define UTF8_MAX 4

/* Whether a character of @len bytes is written in as few as it can be. */
static bool is_shortest(int c, int len)
{
	return len == (c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
}

static bool is_plain(int c)
{
	if (!xmlIsCharQ(c) || c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	return !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069);
}

char *printable(const char *text)
{
	char *line = path_format("%s", text), *to = line;

	for (size_t left = strlen(text); left;) {
		int len = left < UTF8_MAX ? (int)left : UTF8_MAX;
		int c = xmlGetUTF8Char((const unsigned char *)text, &len);
		bool broken = c < 0 || !is_shortest(c, len);

		if (broken)
			len = 1;
		if (broken || !is_plain(c)) {
			*to++ = *text == '\n' || *text == '\t' || *text == '\r' ? ' ' : '?';
		} else {
			memcpy(to, text, (size_t)len);
			to += len;
		}
		text += len;
		left -= (size_t)len;
	}
	*to = '\0';
	return line;
}
