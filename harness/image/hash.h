/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HASH_H
#define RAMRIG_HASH_H

#include <sha256.h>
#include <stddef.h>
#include "lib/err.h"

/*
 * The content hash of several things: SHA-256 over labelled values, each with
 * its length, so that no two different lists of things run together.
 */
struct hash {
	SHA2_CTX ctx;
};

void hash_init(struct hash *h);
void hash_add(struct hash *h, const char *label, const void *data, size_t len);
void hash_add_text(struct hash *h, const char *label, const char *text);

/* Names, executable bits and bytes of all regular files below @path, in order of name. */
int hash_add_folder(struct hash *h, const char *path, struct err *e);

void hash_end(struct hash *h, char ret_hex[static 65]);

#endif
