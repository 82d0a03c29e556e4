/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "agent/tail.h"
#include "lib/cleanup.h"

static bool tail_reserve(struct tail *t, size_t len)
{
	size_t cap = t->cap ? t->cap : 4096;

	if (len > t->max)
		len = t->max;
	while (cap < len)
		cap *= 2;
	if (cap > t->max)
		cap = t->max;
	if (cap <= t->cap)
		return true;
	char *buf = realloc(t->buf, cap);
	if (!buf)
		return false;
	t->buf = buf;
	t->cap = cap;
	return true;
}

void tail_append(struct tail *t, const char *data, size_t len)
{
	if (!tail_reserve(t, t->len + len)) {
		t->dropped += len;
		return;
	}
	if (len >= t->max) {
		t->dropped += t->len + len - t->max;
		if (t->max)
			memcpy(t->buf, data + len - t->max, t->max);
		t->len = t->max;
		return;
	}
	if (t->len + len > t->max) {
		size_t over = t->len + len - t->max;

		memmove(t->buf, t->buf + over, t->len - over);
		t->len -= over;
		t->dropped += over;
	}
	memcpy(t->buf + t->len, data, len);
	t->len += len;
}

bool tail_has_new(const struct tail *t, const char *text, size_t new_bytes)
{
	size_t need = strlen(text), back = new_bytes + (need ? need - 1 : 0);
	size_t from = back < t->len ? t->len - back : 0;

	return t->len && memmem(t->buf + from, t->len - from, text, need);
}

void tail_clear(struct tail *t)
{
	free(t->buf);
	*t = (struct tail){ .max = t->max };
}

/* Returns the length of the good UTF-8 sequence at @s, or 0. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} kinds[] = {
		{ 0x80, 0x00, 0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};

	for (size_t n = 0; n < ARRAY_SIZE(kinds) && n < left; n++) {
		if ((*s & kinds[n].mask) != kinds[n].lead)
			continue;
		uint32_t c = *s & (unsigned char)~kinds[n].mask;

		for (size_t i = 1; i <= n; i++) {
			if ((s[i] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (s[i] & 0x3f);
		}
		return c >= kinds[n].least && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) ? n + 1 : 0;
	}
	return 0;
}

json_t *text_json(const char *data, size_t len)
{
	cleanup_free char *copy = malloc(len + 1);
	if (!copy)
		return NULL;
	if (len)
		memcpy(copy, data, len);
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)copy[i];
		size_t n = utf8_length((unsigned char *)copy + i, len - i);

		if (!n || (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f) {
			copy[i] = '?';
			n = 1;
		}
		i += n;
	}
	return json_stringn(copy, len);
}
