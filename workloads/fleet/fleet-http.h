/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FLEET_HTTP_H
#define FLEET_HTTP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * As much of HTTP/1.1 (RFC 9112) as a load generator speaks: GET without a body,
 * connections that are kept.
 */
#define HTTP_HEAD_MAX 4096	/* bytes of a request; a longer one is refused */
#define HTTP_REPLY_MAX 512

enum http_state {
	HTTP_PARTIAL,		/* more must come first */
	HTTP_REQUEST,
	HTTP_BAD		/* what came is no GET, or too long: answer and close */
};

/*
 * Looks at the beginning of @buf. For HTTP_REQUEST sets *ret_len to the bytes it
 * took; what follows them is the next request.
 */
enum http_state http_parse(const char *buf, size_t len, size_t *ret_len);

/* Writes a whole reply with @status ("200 OK") and the JSON @body. Returns its length. */
size_t http_reply(char buf[static HTTP_REPLY_MAX], const char *status, const char *body);

#endif
