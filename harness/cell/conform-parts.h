/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONFORM_PARTS_H
#define RAMRIG_CONFORM_PARTS_H

#include <stdbool.h>
#include "cell/conform.h"

/*
 * The parts of conform_compare(), and what they share. All pure: a part reads
 * the guest's files through conform_file() and conform_folder(), and each call
 * for a path that was not read yet makes it one of conform_missing().
 */
struct conform {
	const struct topology *t;
	unsigned cpus;			/* the guest's, by its clock */
	const struct conform_seen *seen;
	json_t *memdevs, *regions;	/* arrays of objects, from seen->cxl */
	json_t *missing;		/* object: paths asked for that were not read */
	json_t *rows;
	int differ;
};

void conform_nodes(struct conform *c);
void conform_distances(struct conform *c);
void conform_hmat(struct conform *c);
void conform_tiers(struct conform *c);
void conform_cxl(struct conform *c);
void conform_devices(struct conform *c);

/* Whether the first expander of CXL node @i shows persistent memory. */
bool conform_cxl_persistent(const struct conform *c, size_t i);

/* Sets c->memdevs and c->regions, which the caller decrefs, to what seen->cxl lists. */
void conform_cxl_parse(struct conform *c);

/* The text of a file; NULL where it is absent, or was not read yet. */
const char *conform_file(struct conform *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The names in a folder; NULL as above. */
const json_t *conform_folder(struct conform *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds a row; @seen is made one line of bounded length, NULL and "" are "nothing" and never ok. */
void conform_add(struct conform *c, const char *what, const char *declared, const char *seen,
		 bool ok);

/* Whether @text (NULL: no) is one number and at most a newline, and which. */
bool conform_number(const char *text, uint64_t *ret);

/* A set of nodes has bit N for node N. False for what is no list, and for nodes from 64 on. */
bool conform_set_read(const char *list, uint64_t *ret);

/* The caller frees these. */
char *conform_set_text(uint64_t set);		/* "0-1,4", or "none" */
char *conform_line(const char *text);		/* the first line; NULL for NULL */
char *conform_size(uint64_t bytes);		/* "64 MiB", "4097 bytes" */

#endif
