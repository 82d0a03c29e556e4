/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONTENT_H
#define RAMRIG_CONTENT_H

#include <sha256.h>
#include <stddef.h>
#include "lib/err.h"

/*
 * The content hash of several things: SHA-256 over labelled values, each with
 * its length, so that no two different lists of things run together.
 */
struct content {
	SHA2_CTX ctx;
};

void content_init(struct content *c);
void content_add(struct content *c, const char *label, const void *data, size_t len);
void content_add_text(struct content *c, const char *label, const char *text);

/* Names, executable bits and bytes of all regular files below @path, in order of name. */
int content_add_folder(struct content *c, const char *path, struct err *e);

void content_end(struct content *c, char ret_hex[static 65]);

#endif
