/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_HEAP_H
#define COLDHEAP_HEAP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "workloads/coldheap/coldheap-config.h"
#include "workloads/coldheap/coldheap-layout.h"
#include "workloads/coldheap/coldheap-page.h"

/*
 * The heap: anonymous memory whose pages are all checksummed. What the program
 * needs to know of them, two bytes a page and eight a run, is locked into memory
 * with the program itself, so that reclaim can only take the heap.
 */
#define HEAP_LOCKS 1024

struct heap {
	struct page *pages;
	struct page_form form;
	struct layout layout;
	uint16_t *versions;		/* of each page */
	bool is_shared;			/* by threads: pages are locked */
	pthread_mutex_t locks[HEAP_LOCKS];
	_Atomic uint64_t corrupt;	/* pages found wrong so far */
};

/*
 * Sets the limit of this process's own cgroup, maps the heap and fills every
 * page. -ENOMEM where memory and swap cannot hold it.
 */
int heap_open(struct heap *h, const struct config *c, struct err *e);

/* Where the page with index @page is wrong: counts it, says so on @out, fills it anew. */
void heap_page_wrong(struct heap *h, uint64_t page, enum page_state state, FILE *out);

/* Checks all pages, in the heap's order; what is wrong is counted and told on @out. */
void heap_sweep(struct heap *h, FILE *out);

/* A page's next version: never 0. */
static inline uint16_t version_next(uint16_t version)
{
	return version == PAGE_VERSION_MAX ? 1 : (uint16_t)(version + 1);
}

#endif
