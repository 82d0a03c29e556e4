/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_WRAP_H
#define RAMRIG_WRAP_H

#include <stddef.h>
#include <stdio.h>

/* Prints @text wrapped between words, lines after the first behind @indent spaces. */
void wrap_print(FILE *out, const char *text, size_t width, int indent);

#endif
