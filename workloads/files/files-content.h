/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FILES_CONTENT_H
#define FILES_CONTENT_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a file holds: each of its words follows from the file's number and the word's place, and
 * the first is the number itself. No two files ever have the same number, so a file that was
 * damaged, or that holds what belongs to another or to one deleted long ago, is told from the
 * right one, word by word, without a checksum. Appending goes on where the file ended, so one
 * that lost what was appended is too short.
 */
#define CONTENT_WORD 8
#define CONTENT_BYTES_MIN 64

/* What all files have in common. */
struct content_form {
	uint64_t seed;
	unsigned noise;		/* words of each 4 KiB that do not compress; the rest are zero */
};

enum content_state { CONTENT_GOOD, CONTENT_LENGTH, CONTENT_ZERO, CONTENT_OTHER, CONTENT_DAMAGED };

/* @compressible is the share of each 4 KiB, in percent, that compresses to nothing. */
struct content_form content_form(uint64_t seed, unsigned compressible);

/* Fills @buf with @n words of file @number, from word @first on. Numbers start at 1. */
void content_fill(uint64_t *buf, const struct content_form *f, uint64_t number, uint64_t first,
		  uint64_t n);

/* Whether the @n words in @buf are all of file @number, which has @wanted of them. */
enum content_state content_check(const uint64_t *buf, const struct content_form *f,
				 uint64_t number, uint64_t n, uint64_t wanted);

/* "is all zero", "is another file", ... */
const char *content_state_text(enum content_state state);

#endif
