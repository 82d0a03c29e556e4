/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "workloads/coldheap/coldheap-heap.h"
#include "workloads/coldheap/coldheap-limit.h"

#define TOLD_MAX 20		/* wrong pages that are told one by one */
#define WORDS_TOLD 4

/*
 * Everything that is mapped now or later is locked as it is touched, but for
 * the heap. Without the right to, the program measures all the same, and says so.
 */
static int memory_lock(void *heap, size_t bytes, struct err *e)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		printf("warning: the program's own tables may be swapped: mlockall: %s\n",
		       strerror(errno));
	if (munlock(heap, bytes))
		return err_set(e, errno, "cannot leave the heap to reclaim: munlock: %m");
	return 0;
}

static int heap_map(struct heap *h, const struct config *c, struct err *e)
{
	void *at = mmap(NULL, c->heap, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return err_set(e, errno, "cannot map a heap of %" PRIu64 " bytes: %m", c->heap);
	h->pages = at;
	int rc = memory_lock(at, c->heap, e);
	if (rc)
		return rc;
	if (c->thp != THP_DEFAULT &&
	    madvise(at, c->heap, c->thp == THP_ALWAYS ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) &&
	    (errno != EINVAL || c->thp == THP_ALWAYS))
		return err_set(e, errno, "cannot tell the kernel of huge pages for the heap: %m");
	return 0;
}

static void heap_fill(struct heap *h)
{
	for (uint64_t i = 0; i < h->layout.pages; i++) {
		h->versions[i] = 1;
		page_fill(&h->pages[i], &h->form, i, 1);
	}
}

int heap_open(struct heap *h, const struct config *c, struct err *e)
{
	uint64_t pages = c->heap / PAGE_BYTES;

	if (sysconf(_SC_PAGESIZE) != PAGE_BYTES)
		return err_set(e, EOPNOTSUPP, "this kernel's pages have %ld bytes; coldheap knows "
			       "pages of %d", sysconf(_SC_PAGESIZE), PAGE_BYTES);
	int rc = limit_set(c, e);
	if (!rc)
		rc = layout_set(&h->layout, pages, c->run, (unsigned)c->hot, (unsigned)c->warm,
				c->seed, e);
	if (rc)
		return rc;
	h->form = page_form(c->seed, (unsigned)c->compressible);
	h->is_shared = c->threads > 1;
	for (size_t i = 0; i < HEAP_LOCKS; i++)
		pthread_mutex_init(&h->locks[i], NULL);
	h->versions = calloc(pages, sizeof(*h->versions));
	if (!h->versions)
		return err_set(e, ENOMEM, "out of memory for the versions of %" PRIu64 " pages", pages);
	rc = heap_map(h, c, e);
	if (!rc)
		heap_fill(h);
	return rc;
}

void heap_page_wrong(struct heap *h, uint64_t page, enum page_state state, FILE *out)
{
	struct page *p = &h->pages[page];
	uint64_t n = atomic_fetch_add(&h->corrupt, 1);

	if (n < TOLD_MAX) {
		fprintf(out, "corrupt: page %" PRIu64 " (%s, version %u) %s; it begins with", page,
			part_names[layout_part(&h->layout, page)], h->versions[page],
			page_state_text(state));
		for (unsigned i = 0; i < WORDS_TOLD; i++)
			fprintf(out, " %016" PRIx64, p->words[i]);
		fputc('\n', out);
	}
	h->versions[page] = version_next(h->versions[page]);
	page_fill(p, &h->form, page, h->versions[page]);
}

void heap_sweep(struct heap *h, FILE *out)
{
	for (uint64_t i = 0; i < h->layout.pages; i++) {
		uint16_t version = h->versions[i];
		enum page_state state = page_check(&h->pages[i], &h->form, i, version, version);

		if (state != PAGE_GOOD)
			heap_page_wrong(h, i, state, out);
	}
}
