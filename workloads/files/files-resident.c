/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/files/files-pool.h"
#include "workloads/files/files-resident.h"

#define PAGES_AT_ONCE 1024

static int piece_look(int fd, uint64_t at, uint64_t bytes, uint64_t page, struct resident *ret)
{
	unsigned char pages[PAGES_AT_ONCE];
	void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, (off_t)at);

	if (map == MAP_FAILED)
		return errno;
	int code = mincore(map, bytes, pages) ? errno : 0;

	munmap(map, bytes);
	for (uint64_t i = 0; !code && i < (bytes + page - 1) / page; i++) {
		ret->pages++;
		ret->in_memory += pages[i] & 1;
	}
	return code;
}

int resident_look(int fd, uint64_t bytes, struct resident *ret, struct err *e)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), most = PAGES_AT_ONCE * page;
	struct resident seen = { 0 };

	for (uint64_t at = 0; at < bytes; at += most) {
		uint64_t left = bytes - at;
		int code = piece_look(fd, at, left < most ? left : most, page, &seen);

		if (code)
			return err_set(e, code, "cannot see which pages of a file are in memory: %s",
				       strerror(code));
	}
	*ret = seen;
	return 0;
}

int resident_take(const struct pool *p, struct resident *ret_hot, struct resident *ret_cold,
		  struct err *e)
{
	struct resident hot = { 0 }, cold = { 0 };

	for (uint64_t i = 0; i < p->n; i++) {
		struct resident *part = i < p->n_hot ? &hot : &cold, seen;
		cleanup_close int fd = -1;
		int rc = pool_open_file(p, i, O_RDONLY | O_NOATIME, &fd, e);

		if (!rc)
			rc = resident_look(fd, p->files[i].words * CONTENT_WORD, &seen, e);
		if (rc)
			return rc;
		part->pages += seen.pages;
		part->in_memory += seen.in_memory;
	}
	*ret_hot = hot;
	*ret_cold = cold;
	return 0;
}
