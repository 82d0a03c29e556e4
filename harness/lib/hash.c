/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include "lib/cleanup.h"
#include "lib/hash.h"

#define CHUNK (1U << 20)

void hasher_begin(struct hasher *h)
{
	if (!h->ctx)
		h->ctx = EVP_MD_CTX_new();
	if (!h->ctx || !EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL))
		abort();
}

void hasher_add(struct hasher *h, const void *data, size_t len)
{
	if (!EVP_DigestUpdate(h->ctx, data, len))
		abort();
}

void hasher_end(struct hasher *h, char ret[static 65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len;

	if (!EVP_DigestFinal_ex(h->ctx, digest, &len) || len != 32)
		abort();
	for (unsigned i = 0; i < len; i++)
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
	hasher_clear(h);
}

void hasher_clear(struct hasher *h)
{
	EVP_MD_CTX_free(h->ctx);
	h->ctx = NULL;
}

void hash_bytes(const void *data, size_t len, char ret[static 65])
{
	struct hasher h = { 0 };

	hasher_begin(&h);
	hasher_add(&h, data, len);
	hasher_end(&h, ret);
}

int file_sha256(const char *path, char ret[static 65], struct err *e)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	cleanup_free char *buf = malloc(CHUNK);
	cleanup_hasher struct hasher h = { 0 };
	ssize_t n;

	if (fd < 0 || !buf)
		return err_set(e, errno, "cannot read %s: %m", path);
	hasher_begin(&h);
	do {
		n = read(fd, buf, CHUNK);
		if (n > 0)
			hasher_add(&h, buf, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return err_set(e, errno, "cannot read %s: %m", path);
	hasher_end(&h, ret);
	return 0;
}
