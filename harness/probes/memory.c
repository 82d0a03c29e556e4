/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory --node N [--cpu-node N] [--bytes B] [--ms MS]
 *
 * What a memory node is like, seen from a CPU of another: latency by a pointer
 * chase over all cache lines of a working set, in an order that no prefetcher
 * guesses; bandwidth by copying one half of it to the other. The memory is bound
 * to the node, and the kernel is asked whether each page is really there.
 *
 * Emulated CXL memory is a thousand times slower than DRAM, so nothing here has
 * a fixed amount of work: the working set shrinks until it can be filled in
 * FILL_FACTOR times the time given (a smaller one has fewer misses of the TLB, so
 * that figures over different ones do not compare), and each of the ROUNDS lasts
 * its share of that time.
 *
 * Prints one JSON object on one line; docs/topologies.md says what it means.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "lib/rng.h"

#define LINE 64			/* bytes of a cache line */
#define PAGE 4096
#define BYTES_MIN (1UL << 20)
#define COPY_CHUNK (32UL << 10)
#define ROUNDS 15
#define FILL_FACTOR 10
#define SEED 1			/* the same walk on every boot */
#define NODES_MAX 1024
#define MIB (1UL << 20)

struct request {
	unsigned node, cpu_node;
	size_t bytes;
	int64_t ns;		/* for chase and copy, each */
};

/* A figure of each round; the median is what counts. */
struct rounds {
	double least, median, most;
	uint64_t amount;	/* loads, or bytes, of all rounds */
};

static __attribute__((noreturn, format(printf, 1, 2))) void fail(const char *fmt, ...)
{
	va_list ap;

	fputs("memory: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Keeps the compiler from leaving out what leads to @p. */
static void use(const void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct rounds summary(double *figures, uint64_t amount)
{
	qsort(figures, ROUNDS, sizeof(*figures), by_size);
	return (struct rounds){ figures[0], figures[ROUNDS / 2], figures[ROUNDS - 1], amount };
}

/* The number after @key in node @node's @file, or -1 where there is none. */
static long long node_number(unsigned node, const char *file, const char *key)
{
	char path[96], text[4096];

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/%s", node, file);
	FILE *f = fopen(path, "re");
	if (!f)
		return -1;
	size_t len = fread(text, 1, sizeof(text) - 1, f);

	fclose(f);
	text[len] = '\0';
	const char *at = strstr(text, key);
	char *end;

	if (!at)
		return -1;
	at += strlen(key);
	long long n = strtoll(at, &end, 10);

	return end == at ? -1 : n;
}

/* A kernel without NUMA has one node, and all CPUs are its own. */
static unsigned run_on_node(unsigned node)
{
	long long cpu = node_number(node, "cpulist", "");
	cpu_set_t set;

	if (cpu < 0 && node)
		fail("node %u has no CPU", node);
	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0 : (unsigned)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("cannot run on CPU %lld of node %u: %m", cpu, node);
	return cpu < 0 ? 0 : (unsigned)cpu;
}

/* Address space whose pages will be node @node's, untouched. */
static char *map_on_node(unsigned node, size_t bytes)
{
	unsigned long mask[NODES_MAX / 8 / sizeof(unsigned long)] = { 0 };
	const unsigned bits = 8 * sizeof(*mask);
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("no address space of %zu bytes: %m", bytes);
	mask[node / bits] = 1UL << node % bits;
	/* One of the kernel's bits is not counted: NODES_MAX + 1. */
	if (syscall(SYS_mbind, p, bytes, MPOL_BIND, mask, NODES_MAX + 1UL, 0UL) &&
	    (errno != ENOSYS || node))
		fail("cannot bind memory to node %u: %m", node);
	/* A miss of the TLB is not what is asked for, where that can be avoided. */
	madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

/* How many of the pages lie on @node; -1 where the kernel cannot tell. */
static long pages_on_node(char *p, size_t bytes, unsigned node)
{
	void *pages[512];
	int where[512];
	long there = 0;

	for (size_t at = 0; at < bytes;) {
		unsigned long n = 0;

		while (n < 512 && at < bytes) {
			pages[n++] = p + at;
			at += PAGE;
		}
		if (syscall(SYS_move_pages, 0, n, pages, NULL, where, 0))
			return -1;
		for (unsigned long i = 0; i < n; i++)
			there += where[i] == (int)node;
	}
	return there;
}

/* The greatest working set that can be filled in time and leaves the node room. */
static size_t working_set(const struct request *r)
{
	long long free_kb = node_number(r->node, "meminfo", "MemFree:");
	size_t most = r->bytes;
	char *p = map_on_node(r->node, BYTES_MIN);
	int64_t started = now_ns();

	for (size_t i = 0; i < BYTES_MIN; i += LINE)
		p[i] = 1;
	double each = (double)(now_ns() - started) / (double)BYTES_MIN;

	munmap(p, BYTES_MIN);
	if (free_kb >= 0 && (size_t)free_kb * 1024 / 2 < most)
		most = (size_t)free_kb * 1024 / 2;
	if (each * (double)most > FILL_FACTOR * (double)r->ns)
		most = (size_t)(FILL_FACTOR * (double)r->ns / each);
	most = most / (2 * COPY_CHUNK) * 2 * COPY_CHUNK;
	return most > BYTES_MIN ? most : BYTES_MIN;
}

/*
 * One cycle through all lines, each pointing at the next (Sattolo's algorithm),
 * drawn in ordinary memory so that slow memory is written just once.
 */
static void chain(char *p, size_t bytes)
{
	size_t n = bytes / LINE;
	struct rng rng = { .state = SEED };
	uint32_t *order = malloc(n * sizeof(*order));

	if (!order)
		fail("out of memory for an order of %zu lines", n);
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	for (size_t i = n - 1; i > 0; i--) {
		size_t j = rng_below(&rng, i);
		uint32_t other = order[j];

		order[j] = order[i];
		order[i] = other;
	}
	for (size_t i = 0; i < n; i++)
		*(char **)(p + i * LINE) = p + (size_t)order[i] * LINE;
	free(order);
}

static char *chase(char *p, uint64_t loads)
{
	for (uint64_t i = 0; i < loads; i++)
		p = *(char *volatile *)p;
	return p;
}

/* Loads of one round: as many as fit in its share of the time. */
static uint64_t loads_for(char **at, int64_t round_ns)
{
	uint64_t loads = 256;

	for (;;) {
		int64_t started = now_ns();

		*at = chase(*at, loads);
		int64_t took = now_ns() - started;

		if (took > round_ns / 8 || loads >= 1ULL << 40) {
			double more = (double)round_ns / (double)(took > 0 ? took : 1);

			return more > 1 ? (uint64_t)((double)loads * more) : loads;
		}
		loads *= 2;
	}
}

/* Nanoseconds a load. */
static struct rounds measure_chase(char *p, int64_t ns)
{
	double each[ROUNDS];
	uint64_t loads = loads_for(&p, ns / ROUNDS);

	for (int i = 0; i < ROUNDS; i++) {
		int64_t started = now_ns();

		p = chase(p, loads);
		each[i] = (double)(now_ns() - started) / (double)loads;
	}
	use(p);
	return summary(each, loads * ROUNDS);
}

/*
 * Not memcpy(): on processors that say "fast short rep mov" it is one
 * instruction, which a translator carries out byte by byte.
 */
static void copy(char *to, const char *from, size_t bytes)
{
	typedef uint64_t vector __attribute__((vector_size(16), may_alias));
	const vector *in = (const vector *)from;
	vector *out = (vector *)to;

	for (size_t i = 0; i < bytes / sizeof(vector); i += 4) {
		vector a = in[i], b = in[i + 1], c = in[i + 2], d = in[i + 3];

		out[i] = a;
		out[i + 1] = b;
		out[i + 2] = c;
		out[i + 3] = d;
		use(out);	/* or the compiler makes it memcpy() */
	}
}

/* Copies from the first half to the second until @ns have passed: bytes a second. */
static double copy_round(char *p, size_t half, size_t *at, int64_t ns, uint64_t *copied)
{
	int64_t started = now_ns(), took;
	uint64_t bytes = 0;

	do {
		copy(p + half + *at, p + *at, COPY_CHUNK);
		bytes += COPY_CHUNK;
		*at = (*at + COPY_CHUNK) % half;
		took = now_ns() - started;
	} while (took < ns);
	*copied += bytes;
	return (double)bytes * 1e9 / (double)took;
}

static struct rounds measure_copy(char *p, size_t bytes, int64_t ns)
{
	double rate[ROUNDS];
	uint64_t copied = 0;
	size_t at = 0;

	for (int i = 0; i < ROUNDS; i++)
		rate[i] = copy_round(p, bytes / 2, &at, ns / ROUNDS, &copied);
	return summary(rate, copied);
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n > max)
		fail("'%s' is not a number up to %lu", text, max);
	return n;
}

static struct request read_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "node", required_argument, NULL, 'n' },
		{ "cpu-node", required_argument, NULL, 'c' },
		{ "bytes", required_argument, NULL, 'b' },
		{ "ms", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 }
	};
	struct request r = { .bytes = 64 * MIB, .ns = 1000000000 };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (c) {
		case 'n':
			r.node = (unsigned)number(optarg, NODES_MAX - 1);
			break;
		case 'c':
			r.cpu_node = (unsigned)number(optarg, NODES_MAX - 1);
			break;
		case 'b':
			r.bytes = number(optarg, 1UL << 37);
			break;
		case 'm':
			r.ns = (int64_t)number(optarg, 3600000) * 1000000;
			break;
		default:
			exit(2);
		}
	}
	if (optind < argc)
		fail("'%s' is no option", argv[optind]);
	return r;
}

static void print_rounds(const char *name, const struct rounds *r)
{
	printf("\"%s\": {\"median\": %.6g, \"least\": %.6g, \"most\": %.6g, \"amount\": %" PRIu64 "}",
	       name, r->median, r->least, r->most, r->amount);
}

int main(int argc, char **argv)
{
	struct request r = read_options(argc, argv);
	unsigned cpu = run_on_node(r.cpu_node);
	size_t bytes = working_set(&r);
	char *p = map_on_node(r.node, bytes);

	chain(p, bytes);
	struct rounds latency = measure_chase(p, r.ns);
	struct rounds copy = measure_copy(p, bytes, r.ns);

	printf("{\"node\": %u, \"cpu\": %u, \"bytes\": %zu, \"pages\": %zu, \"pages_on_node\": %ld, ",
	       r.node, cpu, bytes, bytes / PAGE, pages_on_node(p, bytes, r.node));
	print_rounds("load_ns", &latency);
	fputs(", ", stdout);
	print_rounds("copy_bytes_per_s", &copy);
	puts("}");
	return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
