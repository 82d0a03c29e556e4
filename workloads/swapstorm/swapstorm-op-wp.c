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

static int range_protect(struct plot *p, uint64_t first, uint64_t n, bool on)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)&p->at[first], n * PAGE_BYTES },
		.mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};
	int rc;

	do {
		rc = ioctl(p->uffd, UFFDIO_WRITEPROTECT, &wp);
	} while (rc && (errno == EAGAIN || errno == EINTR));
	return rc;
}

/* Lets each writer go on once its fault is counted. */
static void *faults_serve(void *arg)
{
	struct plot *p = arg;
	struct uffd_msg m;

	for (;;) {
		ssize_t n = read(p->uffd, &m, sizeof(m));

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n != sizeof(m) || m.event != UFFD_EVENT_PAGEFAULT)
			plot_die(p, "userfaultfd: no fault was read");
		uint64_t i = (m.arg.pagefault.address - (uintptr_t)p->home) / PAGE_BYTES;

		if (i >= p->pages || !(m.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP))
			plot_die(p, "userfaultfd: a fault of no page of ours");
		p->faults[i]++;
		if (range_protect(p, i, 1, false))
			plot_die(p, "userfaultfd: cannot lift the protection of a page");
	}
	return NULL;
}

void op_wp_open(struct plot *p)
{
	pthread_attr_t attr;
	pthread_t thread;

	if (!op_wp_exists())
		return;
	p->uffd = uffd_open();
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	errno = pthread_create(&thread, &attr, faults_serve, p);
	pthread_attr_destroy(&attr);
	if (errno)
		plot_die(p, "cannot start a thread for faults");
}

static void range_register(struct plot *p, struct range r, bool on)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)&p->at[r.first], r.n * PAGE_BYTES },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};

	if (on ? ioctl(p->uffd, UFFDIO_REGISTER, &reg) :
		 ioctl(p->uffd, UFFDIO_UNREGISTER, &reg.range))
		plot_die(p, "userfaultfd: cannot register pages");
}

/* Writes most of the pages; those in between are not touched, and must not be reported. */
static void range_write(struct plot *p, struct range r, const bool *protected)
{
	for (uint64_t i = 0; i < r.n; i++) {
		uint8_t expected = 0;

		if (rng_below(&p->rng, 4)) {
			plot_write(p, (struct range){ r.first + i, 1 });
			expected = protected[i];
		}
		board_count(p->board, COUNT_WP_EXPECTED, expected);
		board_count(p->board, COUNT_WP_SEEN, p->faults[r.first + i]);
		if (p->faults[r.first + i] == expected)
			continue;
		board_count(p->board, COUNT_WP_WRONG, 1);
		storm_say("protection: worker %u page %lu: expected %u faults, saw %u", p->worker,
			  (unsigned long)(r.first + i), expected, p->faults[r.first + i]);
	}
}

static void pageout_and_wait(struct plot *p, struct range r)
{
	plot_advise(p, r, MADV_PAGEOUT);
	storm_nap(&p->rng, MOVES_MS);
}

bool op_wp(struct plot *p)
{
	struct range r = range_draw(p, PROTECTED);
	bool protected[PROTECTED];

	if (p->uffd < 0)
		return false;
	/* Only pages that are there, in memory or in swap, can be protected. */
	plot_write(p, r);
	memset(&p->faults[r.first], 0, r.n);
	range_register(p, r, true);
	if (rng_below(&p->rng, 2))
		pageout_and_wait(p, r);
	if (range_protect(p, r.first, r.n, true))
		plot_die(p, "userfaultfd: cannot protect pages");
	pageout_and_wait(p, r);
	if (!rng_below(&p->rng, 4)) {
		plot_verify(p, r);
		pageout_and_wait(p, r);
	}
	for (uint64_t i = 0; i < r.n; i++) {
		protected[i] = rng_below(&p->rng, 4);
		if (!protected[i] && range_protect(p, r.first + i, 1, false))
			plot_die(p, "userfaultfd: cannot lift the protection of a page");
	}
	if (rng_below(&p->rng, 2))
		storm_nap(&p->rng, MOVES_MS);
	range_write(p, r, protected);
	range_register(p, r, false);
	plot_verify(p, r);
	return true;
}
