/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FILES_POOL_H
#define FILES_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "lib/rng.h"
#include "workloads/files/files-config.h"
#include "workloads/files/files-content.h"

/*
 * The files there are. Each has a slot; those of the first n_hot slots are hot, and stay so for
 * good: only cold files are appended to and deleted, and new ones are cold. What the pool knows
 * of its files it has from making them, never from reading them.
 */
struct pool_file {
	uint64_t number;	/* no two ever have the same; also its name */
	uint64_t words;		/* of CONTENT_WORD bytes */
};

struct pool {
	const struct files_config *config;
	struct content_form form;
	struct pool_file *files;	/* owned */
	uint64_t n, cap, n_hot;
	uint64_t next_number;
	uint64_t next_cold;		/* the slot of the cold file that is read next */
	struct rng rng;			/* draws everything that is drawn */
	int dir_fd;			/* of the folder of folders */
	uint64_t *buf;			/* room for the largest file and a word; owned */
	uint64_t corrupt;		/* files found wrong so far */
};

/* What a read of a file came to. */
struct pool_read {
	int64_t ns;			/* to open, read and close it */
	uint64_t pages, missing;	/* of it, and those that were not in memory before */
};

/*
 * Makes the folder @path and those below it, where they are missing. The caller closes *ret,
 * also after a failure; @c must outlive it.
 */
int pool_open(struct pool *ret, const struct files_config *c, const char *path, struct err *e);
void pool_close(struct pool *p);

/* Makes config->files files, hot and cold ones in random order, and waits for the disk to have them. */
int pool_fill(struct pool *p, struct err *e);

/*
 * Each does one thing to one file; *ret_ns is how long that took. Reading checks what was read:
 * a wrong file is counted, and told on standard output.
 */
int pool_create(struct pool *p, int64_t *ret_ns, struct err *e);
int pool_read(struct pool *p, uint64_t slot, struct pool_read *ret, struct err *e);
int pool_append(struct pool *p, uint64_t slot, uint64_t words, int64_t *ret_ns, struct err *e);
int pool_delete(struct pool *p, uint64_t slot, int64_t *ret_ns, struct err *e);

static inline bool pool_is_full(const struct pool *p)
{
	return p->n == p->cap;
}

/* Opens the file in @slot. The caller closes *ret_fd. */
int pool_open_file(const struct pool *p, uint64_t slot, int flags, int *ret_fd, struct err *e);

/* Reads every file, and counts files in the folders: one too many is wrong as well. */
int pool_verify(struct pool *p, struct err *e);

/*
 * Keeps what the pool knows in the folder of folders, for the next program of the workload, and
 * reads it back. What was kept is checked against the configuration: -EPROTO.
 */
int pool_save(const struct pool *p, struct err *e);
int pool_load(struct pool *p, struct err *e);

#endif
