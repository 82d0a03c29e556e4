/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/files/files-pool.h"

#define STATE_NAME "state"

/* What is kept of a pool, followed by its n files. */
struct state {
	uint64_t n, n_hot, next_number, next_cold, rng_state, corrupt;
};

static FILE *state_open(const struct pool *p, int flags, const char *mode)
{
	int fd = openat(p->dir_fd, STATE_NAME, flags | O_CLOEXEC, 0644);

	return fd < 0 ? NULL : fdopen(fd, mode);
}

int pool_save(const struct pool *p, struct err *e)
{
	struct state s = { p->n, p->n_hot, p->next_number, p->next_cold, p->rng.state, p->corrupt };
	cleanup_fclose FILE *f = state_open(p, O_WRONLY | O_CREAT | O_TRUNC, "w");

	if (!f || fwrite(&s, sizeof(s), 1, f) != 1 ||
	    fwrite(p->files, sizeof(*p->files), p->n, f) != p->n || fflush(f))
		return err_set(e, errno, "cannot keep what is known of the files: %m");
	return 0;
}

int pool_load(struct pool *p, struct err *e)
{
	cleanup_fclose FILE *f = state_open(p, O_RDONLY, "r");
	struct state s;

	if (!f)
		return err_set(e, errno, "cannot read what is known of the files: %m; run `files warmup` "
			       "first");
	if (fread(&s, sizeof(s), 1, f) != 1 || s.n > p->cap || s.n_hot != p->n_hot ||
	    s.n < s.n_hot || fread(p->files, sizeof(*p->files), s.n, f) != s.n)
		return err_set(e, EPROTO, "what is known of the files is not that of %" PRIu64 " files, "
			       "%" PRIu64 " of them hot", p->config->files, p->n_hot);
	for (uint64_t i = 0; i < s.n; i++)
		if (p->files[i].words > p->config->size_max / CONTENT_WORD)
			return err_set(e, EPROTO, "file %" PRIu64 " is known to have %" PRIu64
				       " words, over size_max", p->files[i].number, p->files[i].words);
	p->n = s.n;
	p->next_number = s.next_number;
	p->next_cold = s.next_cold;
	p->rng.state = s.rng_state;
	p->corrupt = s.corrupt;
	return 0;
}

static int folder_count(const struct pool *p, uint64_t folder, uint64_t *n, struct err *e)
{
	char name[32];

	snprintf(name, sizeof(name), "%" PRIu64, folder);
	int fd = openat(p->dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *d;

	if (!dir)
		return err_set(e, errno, "cannot open folder %s: %m", name);
	while ((d = readdir(dir)))
		*n += d->d_name[0] != '.';
	closedir(dir);
	return 0;
}

int pool_verify(struct pool *p, struct err *e)
{
	struct pool_read unused;
	uint64_t seen = 0;
	int rc = 0;

	for (uint64_t i = 0; i < p->n && !rc; i++)
		rc = pool_read(p, i, &unused, e);
	for (uint64_t i = 0; i < p->config->folders && !rc; i++)
		rc = folder_count(p, i, &seen, e);
	if (rc)
		return rc;
	if (seen != p->n)
		return err_set(e, EILSEQ, "the folders hold %" PRIu64 " files, and %" PRIu64
			       " were made and not deleted", seen, p->n);
	if (p->corrupt)
		return err_set(e, EILSEQ, "files that did not hold what was written to them: %" PRIu64,
			       p->corrupt);
	return 0;
}
