/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for libFuzzer where there is none, and gives `make check` a round
 * that is the same each time: the seeds as they are, then mutations of them.
 *
 *   fuzz-NAME [-seed=N] [-runs=N] [-max_total_time=SECONDS]
 *             [-artifact_prefix=PREFIX] SEEDS...
 *
 * SEEDS are files or folders of files; libFuzzer's other options are ignored.
 * An input that crashes, aborts or takes over INPUT_S seconds is written to
 * PREFIXcrash; give that file alone to run it again.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/rng.h"

#define INPUT_S 10
#define INPUT_MAX 65536
#define SEEDS_MAX 1024
#define MUTATIONS_MAX 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seed {
	char *bytes;
	size_t len;
};

struct driver {
	struct rng rng;
	size_t n_seeds;
	struct seed seeds[SEEDS_MAX];
	long runs, seconds;
};

/* The input in hand, for the signal handler. */
static const uint8_t *volatile input;
static volatile size_t input_len;
static char crash_file[256] = "./crash";

static void on_crash(int signal_number)
{
	int fd = open(crash_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	static const char words[] = "this input fails; it is kept in ";

	if (fd < 0 || write(fd, (const uint8_t *)input, input_len) < 0 ||
	    write(STDERR_FILENO, words, sizeof(words) - 1) < 0 ||
	    write(STDERR_FILENO, crash_file, strlen(crash_file)) < 0)
		_exit(2);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* A copy of just its size, so that a read past the end is seen. */
static void run_one(const uint8_t *data, size_t len)
{
	cleanup_free uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	input = copy;
	input_len = len;
	alarm(INPUT_S);
	LLVMFuzzerTestOneInput(copy, len);
	alarm(0);
}

static size_t mutate(struct rng *r, uint8_t *b, size_t len, const struct seed *other)
{
	size_t at = rng_below(r, len + 1), n = rng_below(r, 16) + 1, from;
	static const char marks[] = "{}[]\":,\\\n \0-9e.\x7f\xff";

	switch (rng_below(r, 7)) {
	case 0:		/* a bit */
		if (len)
			b[at % len] ^= (uint8_t)(1U << rng_below(r, 8));
		return len;
	case 1:		/* a byte */
		if (len)
			b[at % len] = (uint8_t)rng_next(r);
		return len;
	case 2:		/* a byte that means something */
		if (len)
			b[at % len] = (uint8_t)marks[rng_below(r, sizeof(marks) - 1)];
		return len;
	case 3:		/* less */
		n = n > len - at ? len - at : n;
		memmove(b + at, b + at + n, len - at - n);
		return len - n;
	case 4:		/* the same once more */
		n = n > len - at ? len - at : n;
		if (len + n > INPUT_MAX)
			return len;
		memmove(b + at + n, b + at, len - at);
		return len + n;
	case 5:		/* a piece of another seed */
		from = other->len ? rng_below(r, other->len) : 0;
		n = other->len - from < n * 8 ? other->len - from : n * 8;
		if (len + n > INPUT_MAX)
			return len;
		memmove(b + at + n, b + at, len - at);
		memcpy(b + at, other->bytes + from, n);
		return len + n;
	default:	/* cut off */
		return at;
	}
}

static void run_mutation(struct driver *d)
{
	static uint8_t buf[INPUT_MAX];
	const struct seed *s = &d->seeds[rng_below(&d->rng, d->n_seeds)];
	size_t len = s->len;

	memcpy(buf, s->bytes, len);
	for (uint64_t i = rng_below(&d->rng, MUTATIONS_MAX) + 1; i; i--)
		len = mutate(&d->rng, buf, len, &d->seeds[rng_below(&d->rng, d->n_seeds)]);
	run_one(buf, len);
}

static void seed_add(struct driver *d, const char *path)
{
	struct seed *s = &d->seeds[d->n_seeds];
	struct err e;

	if (d->n_seeds == SEEDS_MAX)
		return;
	if (file_read(AT_FDCWD, path, INPUT_MAX, &s->bytes, &s->len, &e)) {
		fprintf(stderr, "%s\n", e.msg);
		exit(2);
	}
	d->n_seeds++;
}

static void seeds_add(struct driver *d, const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);

	if (n < 0) {
		seed_add(d, path);
		return;
	}
	for (int i = 0; i < n; i++) {
		cleanup_free struct dirent *name = names[i];
		cleanup_free char *file = path_format("%s/%s", path, name->d_name);

		if (name->d_name[0] != '.')
			seed_add(d, file);
	}
	free(names);
}

static bool option_take(struct driver *d, const char *arg)
{
	struct {
		const char *name;
		long *value;
	} const options[] = {
		{ "-seed=", (long *)&d->rng.state },
		{ "-runs=", &d->runs },
		{ "-max_total_time=", &d->seconds },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		size_t len = strlen(options[i].name);

		if (strncmp(arg, options[i].name, len))
			continue;
		*options[i].value = strtol(arg + len, NULL, 10);
		return true;
	}
	if (!strncmp(arg, "-artifact_prefix=", strlen("-artifact_prefix=")))
		snprintf(crash_file, sizeof(crash_file), "%scrash", strchr(arg, '=') + 1);
	return *arg == '-';
}

int main(int argc, char **argv)
{
	static const int deadly[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM };
	static struct driver d;
	int64_t start = clock_now_ms();
	long n = 0;

	for (int i = 1; i < argc; i++) {
		if (!option_take(&d, argv[i]))
			seeds_add(&d, argv[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		signal(deadly[i], on_crash);
	for (size_t i = 0; i < d.n_seeds; i++)
		run_one((const uint8_t *)d.seeds[i].bytes, d.seeds[i].len);
	while (d.n_seeds && (n < d.runs || clock_now_ms() - start < d.seconds * 1000)) {
		run_mutation(&d);
		n++;
	}
	printf("%zu seeds, %ld mutations, %lld ms\n", d.n_seeds, n,
	       (long long)(clock_now_ms() - start));
	for (size_t i = 0; i < d.n_seeds; i++)
		free(d.seeds[i].bytes);
	return d.n_seeds ? 0 : 2;
}
