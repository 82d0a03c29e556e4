/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "workloads/swapstorm/swapstorm-op.h"

/*
 * Write protection by userfaultfd is a bit of a page table entry, and stays with a page
 * that is swapped out. Each protected page that is written must be reported exactly
 * once, and a page whose protection was lifted not at all.
 */
#define PROTECTED 64		/* pages */
#define MOVES_MS 20
#define STACK_BYTES (64 * 1024)

static int uffd_open(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	if (fd >= 0 && ioctl(fd, UFFDIO_API, &api)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Where the kernel has the call, memory of this kind may still not be protected. */
bool op_wp_exists(void)
{
	int fd = uffd_open();
	void *p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	struct uffdio_register reg = {
		.range = { (uintptr_t)p, PAGE_BYTES },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	bool exists = fd >= 0 && p != MAP_FAILED && !ioctl(fd, UFFDIO_REGISTER, &reg);

	if (fd >= 0)
		close(fd);
	munmap(p, PAGE_BYTES);
	return exists;
}

static int range_protect(struct plot *a, uint64_t first, uint64_t n, bool on)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)&a->at[first], n * PAGE_BYTES },
		.mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};
	int rc;

	do {
		rc = ioctl(a->uffd, UFFDIO_WRITEPROTECT, &wp);
	} while (rc && (errno == EAGAIN || errno == EINTR));
	return rc;
}

/* Lets each writer go on once its fault is counted. */
static void *faults_serve(void *arg)
{
	struct plot *a = arg;
	struct uffd_msg m;

	for (;;) {
		ssize_t n = read(a->uffd, &m, sizeof(m));

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n != sizeof(m) || m.event != UFFD_EVENT_PAGEFAULT)
			plot_die(a, "userfaultfd: no fault was read");
		uint64_t i = (m.arg.pagefault.address - (uintptr_t)a->home) / PAGE_BYTES;

		if (i >= a->pages || !(m.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP))
			plot_die(a, "userfaultfd: a fault of no page of ours");
		a->faults[i]++;
		if (range_protect(a, i, 1, false))
			plot_die(a, "userfaultfd: cannot lift the protection of a page");
	}
	return NULL;
}

void op_wp_open(struct plot *a)
{
	pthread_attr_t attr;
	pthread_t thread;

	if (!op_wp_exists())
		return;
	a->uffd = uffd_open();
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	errno = pthread_create(&thread, &attr, faults_serve, a);
	pthread_attr_destroy(&attr);
	if (errno)
		plot_die(a, "cannot start a thread for faults");
}

static void range_register(struct plot *a, struct range r, bool on)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)&a->at[r.first], r.n * PAGE_BYTES },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};

	if (on ? ioctl(a->uffd, UFFDIO_REGISTER, &reg) :
		 ioctl(a->uffd, UFFDIO_UNREGISTER, &reg.range))
		plot_die(a, "userfaultfd: cannot register pages");
}

/* Writes most of the pages; those in between are not touched, and must not be reported. */
static void range_write(struct plot *a, struct range r, const bool *protected)
{
	for (uint64_t i = 0; i < r.n; i++) {
		uint8_t expected = 0;

		if (rng_below(&a->rng, 4)) {
			plot_write(a, (struct range){ r.first + i, 1 });
			expected = protected[i];
		}
		board_count(a->board, COUNT_WP_EXPECTED, expected);
		board_count(a->board, COUNT_WP_SEEN, a->faults[r.first + i]);
		if (a->faults[r.first + i] == expected)
			continue;
		board_count(a->board, COUNT_WP_WRONG, 1);
		storm_say("protection: worker %u page %lu: expected %u faults, saw %u", a->worker,
			  (unsigned long)(r.first + i), expected, a->faults[r.first + i]);
	}
}

static void pageout_and_wait(struct plot *a, struct range r)
{
	plot_advise(a, r, MADV_PAGEOUT);
	storm_nap(&a->rng, MOVES_MS);
}

bool op_wp(struct plot *a)
{
	struct range r = range_draw(a, PROTECTED);
	bool protected[PROTECTED];

	if (a->uffd < 0)
		return false;
	/* Only pages that are there, in memory or in swap, can be protected. */
	plot_write(a, r);
	memset(&a->faults[r.first], 0, r.n);
	range_register(a, r, true);
	if (rng_below(&a->rng, 2))
		pageout_and_wait(a, r);
	if (range_protect(a, r.first, r.n, true))
		plot_die(a, "userfaultfd: cannot protect pages");
	pageout_and_wait(a, r);
	if (!rng_below(&a->rng, 4)) {
		plot_verify(a, r);
		pageout_and_wait(a, r);
	}
	for (uint64_t i = 0; i < r.n; i++) {
		protected[i] = rng_below(&a->rng, 4);
		if (!protected[i] && range_protect(a, r.first + i, 1, false))
			plot_die(a, "userfaultfd: cannot lift the protection of a page");
	}
	if (rng_below(&a->rng, 2))
		storm_nap(&a->rng, MOVES_MS);
	range_write(a, r, protected);
	range_register(a, r, false);
	plot_verify(a, r);
	return true;
}
