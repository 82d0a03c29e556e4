/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/files/files-pool.h"
#include "workloads/files/files-resident.h"
#include "workloads/lib/now.h"
#include "workloads/lib/zipf.h"

#define TOLD_MAX 20		/* wrong files that are told one by one */
#define NAME_SIZE 48

static void name_of(const struct pool *p, uint64_t number, char name[static NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%" PRIu64 "/%" PRIu64, number % p->config->folders, number);
}

static int folders_make(const struct pool *p, struct err *e)
{
	for (uint64_t i = 0; i < p->config->folders; i++) {
		char name[NAME_SIZE];

		snprintf(name, sizeof(name), "%" PRIu64, i);
		if (mkdirat(p->dir_fd, name, 0755) && errno != EEXIST)
			return err_set(e, errno, "cannot make folder %s: %m", name);
	}
	return 0;
}

int pool_open(struct pool *ret, const struct files_config *c, const char *path, struct err *e)
{
	uint64_t n_hot = c->files * c->hot / 100;

	*ret = (struct pool){ .config = c, .form = content_form(c->seed, (unsigned)c->compressible),
			      .cap = c->files * 2, .n_hot = n_hot ? n_hot : 1, .next_number = 1,
			      .rng.state = c->seed, .dir_fd = -1 };
	ret->next_cold = ret->n_hot;
	ret->files = calloc(ret->cap, sizeof(*ret->files));
	ret->buf = malloc(c->size_max + CONTENT_WORD);
	if (!ret->files || !ret->buf)
		return err_set(e, ENOMEM, "out of memory for what is known of %" PRIu64 " files",
			       c->files);
	if (mkdir(path, 0755) && errno != EEXIST)
		return err_set(e, errno, "cannot make folder %s: %m", path);
	ret->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret->dir_fd < 0)
		return err_set(e, errno, "cannot open folder %s: %m", path);
	return folders_make(ret, e);
}

void pool_close(struct pool *p)
{
	free(p->files);
	free(p->buf);
	if (p->dir_fd >= 0)
		close(p->dir_fd);
}

int pool_open_file(const struct pool *p, uint64_t slot, int flags, int *ret_fd, struct err *e)
{
	char name[NAME_SIZE];

	name_of(p, p->files[slot].number, name);
	int fd = openat(p->dir_fd, name, flags | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set(e, errno, "cannot open file %s: %m", name);
	*ret_fd = fd;
	return 0;
}

static int write_all(int fd, const void *buf, size_t len, uint64_t number, struct err *e)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, (const char *)buf + done, len - done);

		if (n < 0)
			return err_set(e, errno, "cannot write to file %" PRIu64 ": %m", number);
		done += (size_t)n;
	}
	return 0;
}

/* Writes the next @words of the file in @slot behind what it has, and closes it. */
static int file_extend(struct pool *p, uint64_t slot, uint64_t words, int flags, int64_t *ret_ns,
		       struct err *e)
{
	struct pool_file *f = &p->files[slot];
	cleanup_close int fd = -1;

	content_fill(p->buf, &p->form, f->number, f->words, words);
	int64_t start = now_ns();
	int rc = pool_open_file(p, slot, flags, &fd, e);

	if (!rc)
		rc = write_all(fd, p->buf, words * CONTENT_WORD, f->number, e);
	if (rc)
		return rc;
	close(take_fd(fd));
	*ret_ns = now_ns() - start;
	f->words += words;
	return 0;
}

static int slot_create(struct pool *p, uint64_t slot, int64_t *ret_ns, struct err *e)
{
	uint64_t least = p->config->size_min / CONTENT_WORD;
	uint64_t most = p->config->size_max / CONTENT_WORD;

	p->files[slot] = (struct pool_file){ .number = p->next_number++ };
	return file_extend(p, slot, least + rng_pick(&p->rng, most - least + 1),
			   O_WRONLY | O_CREAT | O_EXCL, ret_ns, e);
}

int pool_create(struct pool *p, int64_t *ret_ns, struct err *e)
{
	int rc = slot_create(p, p->n, ret_ns, e);

	p->n += !rc;
	return rc;
}

int pool_append(struct pool *p, uint64_t slot, uint64_t words, int64_t *ret_ns, struct err *e)
{
	return file_extend(p, slot, words, O_WRONLY | O_APPEND, ret_ns, e);
}

/* Slots in random order: what is hot must not lie side by side on the disk. */
static uint64_t *slots_shuffle(struct pool *p, uint64_t n)
{
	uint64_t *slots = calloc(n, sizeof(*slots));

	for (uint64_t i = 0; slots && i < n; i++) {	/* Fisher and Yates, inside out */
		uint64_t k = rng_pick(&p->rng, i + 1);

		slots[i] = slots[k];
		slots[k] = i;
	}
	return slots;
}

int pool_fill(struct pool *p, struct err *e)
{
	uint64_t n = p->config->files;
	cleanup_free uint64_t *slots = slots_shuffle(p, n);
	int64_t ns;
	int rc = slots ? 0 : err_set(e, ENOMEM, "out of memory for the order of %" PRIu64 " files", n);

	for (uint64_t i = 0; i < n && !rc; i++)
		rc = slot_create(p, slots[i], &ns, e);
	if (rc)
		return rc;
	p->n = n;
	return syncfs(p->dir_fd) ? err_set(e, errno, "cannot sync the files: %m") : 0;
}

/* Reads the file to @buf, and a word more than it should have. Returns its bytes, or -1. */
static ssize_t read_all(int fd, void *buf, size_t max)
{
	size_t done = 0;
	ssize_t n;

	do {
		n = read(fd, (char *)buf + done, max - done);
		done += n > 0 ? (size_t)n : 0;
	} while (n > 0 && done < max);
	return n < 0 ? -1 : (ssize_t)done;
}

static void file_check(struct pool *p, uint64_t slot, uint64_t bytes)
{
	const struct pool_file *f = &p->files[slot];
	enum content_state state = bytes % CONTENT_WORD ? CONTENT_LENGTH :
				   content_check(p->buf, &p->form, f->number, bytes / CONTENT_WORD,
						 f->words);

	if (state == CONTENT_GOOD)
		return;
	if (p->corrupt++ < TOLD_MAX)
		printf("corrupt: file %" PRIu64 " (%s, %" PRIu64 " bytes) %s; %" PRIu64
		       " bytes were read, and the first word is %016" PRIx64 "\n", f->number,
		       slot < p->n_hot ? "hot" : "cold", f->words * CONTENT_WORD,
		       content_state_text(state), bytes, bytes >= CONTENT_WORD ? p->buf[0] : 0);
}

/* Looking at what is in memory is no part of the time. */
int pool_read(struct pool *p, uint64_t slot, struct pool_read *ret, struct err *e)
{
	uint64_t bytes = p->files[slot].words * CONTENT_WORD;
	struct resident seen;
	cleanup_close int fd = -1;
	int64_t start = now_ns();
	int rc = pool_open_file(p, slot, O_RDONLY, &fd, e);
	int64_t opened = now_ns();

	if (!rc)
		rc = resident_look(fd, bytes, &seen, e);
	if (rc)
		return rc;
	int64_t looked = now_ns();
	ssize_t n = read_all(fd, p->buf, bytes + CONTENT_WORD);
	if (n < 0)
		return err_set(e, errno, "cannot read file %" PRIu64 ": %m", p->files[slot].number);
	close(take_fd(fd));
	ret->ns = now_ns() - looked + opened - start;
	ret->pages = seen.pages;
	ret->missing = seen.pages - seen.in_memory;
	file_check(p, slot, (uint64_t)n);
	return 0;
}

/* The last cold file takes the free slot. */
int pool_delete(struct pool *p, uint64_t slot, int64_t *ret_ns, struct err *e)
{
	char name[NAME_SIZE];

	name_of(p, p->files[slot].number, name);
	int64_t start = now_ns();
	if (unlinkat(p->dir_fd, name, 0))
		return err_set(e, errno, "cannot delete file %s: %m", name);
	*ret_ns = now_ns() - start;
	p->files[slot] = p->files[--p->n];
	return 0;
}
