/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PRINTABLE_H
#define RAMRIG_PRINTABLE_H

/*
 * Text that came out of a guest, for formats that a line break, an escape sequence or a byte
 * that is no character would break: a new string of one line, which the caller frees, with a
 * '?' for each byte that is no UTF-8, each character that XML 1.0 (section 2.2) has not, each
 * control character, and each that turns the direction of text (U+202A to U+202E, U+2066 to
 * U+2069). A line break or tab becomes a blank. Never NULL: aborts when out of memory,
 * as path_format() does.
 */
char *printable(const char *text);

#endif
