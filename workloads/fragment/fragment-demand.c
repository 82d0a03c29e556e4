/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/fragment/fragment-demand.h"
#include "lib/text.h"

#define HUGE_PAGES 512			/* pages of PAGE_BYTES in a huge one */
#define HUGE_BYTES ((uint64_t)HUGE_PAGES * PAGE_BYTES)
#define HUGETLB "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
#define HUGETLB_STEP 8
#define TEXT_MAX 65536
#define OTHER_FDS 64
#define RING_SLOTS 64			/* of order 0 */
/* On the root disk: a tmpfs keeps no dentry of what does not exist. */
#define NAMES_FOLDER "/var/tmp/ramrig-fragment"
#define NAME_LEN 250
/* struct dentry, and a name of that length in kmalloc-rcl-512. */
#define NAME_SLAB_BYTES (192 + 512)

static int number_read(const char *path, const char *key, uint64_t *ret, struct err *e)
{
	static char text[TEXT_MAX];
	int rc = text_read(path, text, sizeof(text), e);

	if (rc)
		return rc;
	if (text_number(text, key, ret))
		return err_set(e, EOPNOTSUPP, "this kernel's %s has no %s", path, key);
	return 0;
}

static int pool_read(uint64_t *ret, struct err *e)
{
	char text[32];
	int rc = text_read(HUGETLB, text, sizeof(text), e);

	if (!rc)
		*ret = strtoull(text, NULL, 10);
	return rc;
}

/* The kernel takes the number and has as many pages as it could get. */
static int pool_write(uint64_t n, struct err *e)
{
	cleanup_close int fd = open(HUGETLB, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%" PRIu64, n) < 0)
		return err_set(e, errno, "cannot write to %s: %m", HUGETLB);
	return 0;
}

int demand_hugetlb(const struct fragment_config *c, struct demand *ret, struct err *e)
{
	uint64_t want = fragment_pages(c->hugetlb) / HUGE_PAGES, before, now = 0;
	int rc = pool_read(&before, e);

	for (uint64_t asked = 0; !rc && asked < want;) {
		asked = asked + HUGETLB_STEP < want ? asked + HUGETLB_STEP : want;
		rc = pool_write(before + asked, e);
	}
	if (!rc)
		rc = pool_read(&now, e);
	if (!rc)
		rc = pool_write(before, e);
	if (!rc)
		*ret = (struct demand){ .asked = want, .got = now > before ? now - before : 0 };
	return rc;
}

/* Touches one byte of each huge page that lies whole in the mapping. */
static int huge_touch(uint64_t n, struct err *e)
{
	size_t len = (n + 1) * HUGE_BYTES;
	char *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *first = (char *)(((uintptr_t)at + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES);

	if (at == MAP_FAILED)
		return err_set(e, errno, "cannot map %" PRIu64 " huge pages: %m", n);
	/* EINVAL: a kernel without them, where none is tried. */
	if (madvise(at, len, MADV_HUGEPAGE) && errno != EINVAL) {
		err_set(e, errno, "cannot ask for huge pages: madvise: %m");
		munmap(at, len);
		return -e->code;
	}
	for (uint64_t i = 0; i < n; i++)
		first[i * HUGE_BYTES] = 1;
	munmap(at, len);
	return 0;
}

static int thp_read(struct demand *ret, struct err *e)
{
	uint64_t fallen;
	int rc = number_read("/proc/vmstat", "thp_fault_alloc", &ret->got, e);

	if (!rc)
		rc = number_read("/proc/vmstat", "thp_fault_fallback", &fallen, e);
	if (!rc)
		ret->asked = ret->got + fallen;
	return rc;
}

int demand_thp(const struct fragment_config *c, struct demand *ret, struct err *e)
{
	struct demand before, after;
	int rc = thp_read(&before, e);

	if (!rc)
		rc = huge_touch(fragment_pages(c->thp) / HUGE_PAGES, e);
	if (!rc)
		rc = thp_read(&after, e);
	if (!rc)
		*ret = (struct demand){ after.asked - before.asked, after.got - before.got };
	return rc;
}

static int files_allow(struct err *e)
{
	struct rlimit l = { 2 * BLOCKS_MAX + OTHER_FDS, 2 * BLOCKS_MAX + OTHER_FDS };

	if (setrlimit(RLIMIT_NOFILE, &l))
		return err_set(e, errno, "cannot open %d pipes: setrlimit: %m", BLOCKS_MAX);
	return 0;
}

/* Makes a pipe whose ring takes a block of @order; *ret_got is whether it got one. */
static int ring_take(unsigned order, int fds[2], bool *ret_got, struct err *e)
{
	if (pipe2(fds, O_CLOEXEC))
		return err_set(e, errno, "cannot make a pipe: %m");
	*ret_got = fcntl(fds[1], F_SETPIPE_SZ, (RING_SLOTS << order) * PAGE_BYTES) >= 0;
	if (*ret_got || errno == ENOMEM)
		return 0;
	return err_set(e, errno, "cannot make a pipe of %d slots: %m", RING_SLOTS << order);
}

int demand_order(const struct fragment_config *c, unsigned order, struct demand *ret,
		 struct err *e)
{
	uint64_t want = fragment_pages(c->blocks) >> order;
	struct demand d = { 0 };
	int fds[BLOCKS_MAX][2];
	int rc = files_allow(e);

	while (!rc && d.asked < want && d.asked < BLOCKS_MAX) {
		bool got = false;

		rc = ring_take(order, fds[d.asked], &got, e);
		d.asked += !rc;
		d.got += got;
	}
	for (uint64_t i = 0; i < d.asked; i++) {
		close(fds[i][0]);
		close(fds[i][1]);
	}
	if (!rc)
		*ret = d;
	return rc;
}

static int names_look_up(int dir, uint64_t n, struct err *e)
{
	char name[NAME_LEN + 1];

	for (uint64_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%0*" PRIu64, NAME_LEN, i);
		if (!faccessat(dir, name, F_OK, 0) || errno != ENOENT)
			return err_set(e, EIO, "a name in %s that was never made is there, or cannot "
				       "be looked up: %s", NAMES_FOLDER, strerror(errno));
	}
	return 0;
}

int demand_slab(const struct fragment_config *c, struct demand *ret, struct err *e)
{
	uint64_t names = fragment_pages(c->slab) * PAGE_BYTES / NAME_SLAB_BYTES, before, after = 0;
	int rc = number_read("/proc/meminfo", "SReclaimable", &before, e);

	if (rc)
		return rc;
	if (mkdir(NAMES_FOLDER, 0755))
		return err_set(e, errno, "cannot make folder %s: %m", NAMES_FOLDER);
	cleanup_close int dir = open(NAMES_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	rc = dir < 0 ? err_set(e, errno, "cannot open %s: %m", NAMES_FOLDER) :
		       names_look_up(dir, names, e);
	if (!rc)
		rc = number_read("/proc/meminfo", "SReclaimable", &after, e);
	rmdir(NAMES_FOLDER);
	if (!rc)
		*ret = (struct demand){ .asked = names * NAME_SLAB_BYTES,
					.got = after > before ? (after - before) * 1024 : 0 };
	return rc;
}

static void demand_print(const char *what, const struct demand *d)
{
	printf("%s: %" PRIu64 " of %" PRIu64 "\n", what, d->got, d->asked);
	fflush(stdout);
}

int demands_make(const struct fragment_config *c, struct demands *ret, struct err *e)
{
	int rc = demand_hugetlb(c, &ret->hugetlb, e);

	if (rc)
		return rc;
	demand_print("huge pages", &ret->hugetlb);
	rc = demand_thp(c, &ret->thp, e);
	if (rc)
		return rc;
	demand_print("faults with a huge page", &ret->thp);
	for (unsigned order = ORDER_FIRST; order <= ORDER_LAST; order++) {
		char what[32];

		rc = demand_order(c, order, &ret->order[order], e);
		if (rc)
			return rc;
		snprintf(what, sizeof(what), "blocks of order %u", order);
		demand_print(what, &ret->order[order]);
	}
	rc = demand_slab(c, &ret->slab, e);
	if (!rc)
		demand_print("bytes of slab", &ret->slab);
	return rc;
}
