/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest can send: the input goes through the decoder byte by byte and
 * at once, which must agree, and then, behind a hello, through a link.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "proto/frame.h"
#include "proto/link.h"

#define HELLO "{\"event\":\"hello\",\"protocol\":1,\"release\":\"\",\"machine\":\"\",\"monotonic_ns\":0}"
/* What a socket takes while nobody reads. */
#define LINK_INPUT_MAX (64U << 10)
#define DEADLINE_MS 10000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns how many frames came before the end or an error. */
static int decode(const uint8_t *data, size_t size, size_t step)
{
	struct frame_decoder *d;
	struct err e;
	int n = 0;

	if (frame_decoder_new(&d, &e))
		abort();
	for (size_t at = 0, used; at < size; at += used) {
		cleanup_json json_t *frame = NULL;
		size_t len = size - at < step ? size - at : step;

		if (frame_decoder_feed(d, data + at, len, &used, &frame, &e))
			break;
		if (!used || used > len)
			abort();
		n += frame != NULL;
	}
	frame_decoder_free(d);
	return n;
}

static void converse(const uint8_t *data, size_t size)
{
	unsigned char header[FRAME_HEADER];
	cleanup_link struct link *l = NULL;
	cleanup_json json_t *hello = NULL;
	struct err e;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		abort();
	cleanup_close int ours = fds[0];
	cleanup_close int guest = fds[1];
	frame_header(header, sizeof(HELLO) - 1);
	if (send(guest, header, sizeof(header), 0) < 0 || send(guest, HELLO, sizeof(HELLO) - 1, 0) < 0 ||
	    (size && send(guest, data, size, 0) < 0) || shutdown(guest, SHUT_WR))
		abort();
	int64_t deadline = clock_now_ms() + DEADLINE_MS;
	if (link_new(ours, -1, &l, &e))
		abort();
	if (link_hello(l, deadline, &hello, &e))
		return;
	for (int i = 0; i < 4; i++) {
		cleanup_json json_t *result = NULL;

		/* The other side has closed, so nothing may wait for the deadline. */
		if (link_call(l, "ping", NULL, deadline, &result, &e) == -ETIMEDOUT && !link_answered(l))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (decode(data, size, 1) != decode(data, size, size))
		abort();
	if (size <= LINK_INPUT_MAX)
		converse(data, size);
	return 0;
}
