/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HASH_H
#define RAMRIG_HASH_H

#include <stddef.h>
#include "lib/err.h"

/*
 * SHA-256 of much: by libcrypto, which has the processor's own instructions for it (an image of
 * 4 GiB takes a few seconds; libmd, which hashes small things elsewhere, takes 20). Apart from
 * file.c, since the agent is linked statically and needs none of it.
 */
struct hasher {
	void *ctx;
};

/* Begins anew. Aborts when out of memory, as path_format() does. */
void hasher_begin(struct hasher *h);
void hasher_add(struct hasher *h, const void *data, size_t len);

/* Lower-case hex of all that was added; @h is then to be begun anew or left. */
void hasher_end(struct hasher *h, char ret[static 65]);

void hasher_clear(struct hasher *h); /* one that was never begun must be zeroed */
#define cleanup_hasher __attribute__((cleanup(hasher_clear)))

/* The same of bytes in memory, and of a file's. */
void hash_bytes(const void *data, size_t len, char ret[static 65]);
int file_sha256(const char *path, char ret[static 65], struct err *e);

#endif
