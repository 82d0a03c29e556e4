/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/json.h"
#include "proto/frame.h"

/* A buffer that grew past this for one big frame is given back after it. */
#define BUFFER_KEPT (64U << 10)

struct frame_decoder {
	unsigned char header[FRAME_HEADER];
	size_t header_len;
	char *buf;
	size_t want, len, cap;
	struct err err;		/* code is set once the stream is broken */
};

void frame_header(unsigned char header[static FRAME_HEADER], size_t len)
{
	for (unsigned i = 0; i < FRAME_HEADER; i++)
		header[i] = (unsigned char)(len >> 8 * i);
}

int frame_encode(const json_t *j, unsigned char **ret, size_t *ret_len, struct err *e)
{
	size_t len = json_dumpb(j, NULL, 0, JSON_COMPACT);

	if (!len)
		return err_set(e, EINVAL, "cannot encode a message as JSON");
	if (len > PROTOCOL_FRAME_MAX)
		return err_set(e, EMSGSIZE, "a message of %zu bytes is over the %u of a frame",
			       len, PROTOCOL_FRAME_MAX);
	unsigned char *buf = malloc(FRAME_HEADER + len);
	if (!buf)
		return err_set(e, ENOMEM, "out of memory for a message of %zu bytes", len);
	frame_header(buf, len);
	json_dumpb(j, (char *)buf + FRAME_HEADER, len, JSON_COMPACT);
	*ret = buf;
	*ret_len = FRAME_HEADER + len;
	return 0;
}

int frame_decoder_new(struct frame_decoder **ret, struct err *e)
{
	struct frame_decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return err_set(e, ENOMEM, "out of memory for a frame decoder");
	*ret = d;
	return 0;
}

void frame_decoder_free(struct frame_decoder *d)
{
	if (d)
		free(d->buf);
	free(d);
}

bool frame_decoder_is_partial(const struct frame_decoder *d)
{
	return d->header_len > 0;
}

/* Returns how many of the @len bytes at @data belonged to the header. */
static size_t header_feed(struct frame_decoder *d, const unsigned char *data, size_t len)
{
	size_t n = 0;

	while (d->header_len < FRAME_HEADER && n < len)
		d->header[d->header_len++] = data[n++];
	if (n && d->header_len == FRAME_HEADER) {
		d->want = 0;
		for (unsigned i = 0; i < FRAME_HEADER; i++)
			d->want |= (size_t)d->header[i] << 8 * i;
	}
	return n;
}

/* Grows with what has come, never with what was announced. */
static int buffer_reserve(struct frame_decoder *d, size_t len)
{
	size_t cap = d->cap ? d->cap : 4096;

	while (cap < len)
		cap *= 2;
	if (cap > PROTOCOL_FRAME_MAX)
		cap = PROTOCOL_FRAME_MAX;
	if (cap <= d->cap)
		return 0;
	char *buf = realloc(d->buf, cap);
	if (!buf)
		return err_set(&d->err, ENOMEM, "out of memory for a frame of %zu bytes", d->want);
	d->buf = buf;
	d->cap = cap;
	return 0;
}

static int frame_parse(struct frame_decoder *d, json_t **ret)
{
	json_error_t je;
	cleanup_json json_t *j = json_loadb(d->buf, d->len, JSON_REJECT_DUPLICATES, &je);

	if (!j)
		return err_set(&d->err, EPROTO, "a frame of %zu bytes is not JSON (byte %d)",
			       d->len, je.position);
	if (!json_is_object(j))
		return err_set(&d->err, EPROTO, "a frame holds JSON that is not an object");
	*ret = take_ptr(j);
	return 0;
}

static void frame_reset(struct frame_decoder *d)
{
	d->header_len = d->len = 0;
	if (d->cap <= BUFFER_KEPT)
		return;
	free(d->buf);
	d->buf = NULL;
	d->cap = 0;
}

static int feed(struct frame_decoder *d, const unsigned char *data, size_t len, size_t *ret_used,
		json_t **ret_frame)
{
	size_t used = header_feed(d, data, len);
	json_t *frame = NULL;

	if (d->header_len == FRAME_HEADER) {
		if (!d->want || d->want > PROTOCOL_FRAME_MAX)
			return err_set(&d->err, EPROTO, "a frame says it has %zu bytes, not 1 to %u",
				       d->want, PROTOCOL_FRAME_MAX);
		size_t n = d->want - d->len;

		if (n > len - used)
			n = len - used;
		int rc = buffer_reserve(d, d->len + n);
		if (rc)
			return rc;
		if (n)
			memcpy(d->buf + d->len, data + used, n);
		d->len += n;
		used += n;
		if (d->len == d->want) {
			rc = frame_parse(d, &frame);
			if (rc)
				return rc;
			frame_reset(d);
		}
	}
	*ret_used = used;
	*ret_frame = frame;
	return 0;
}

int frame_decoder_feed(struct frame_decoder *d, const void *data, size_t len, size_t *ret_used,
		       json_t **ret_frame, struct err *e)
{
	int rc = d->err.code ? -d->err.code : feed(d, data, len, ret_used, ret_frame);

	if (rc)
		*e = d->err;
	return rc;
}
