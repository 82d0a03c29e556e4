/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "workloads/fleet/fleet-http.h"

enum http_state http_parse(const char *buf, size_t len, size_t *ret_len)
{
	static const char method[] = "GET ", end[] = "\r\n\r\n";
	size_t n = len < sizeof(method) - 1 ? len : sizeof(method) - 1;
	const char *at = memmem(buf, len, end, sizeof(end) - 1);

	if (memcmp(buf, method, n))
		return HTTP_BAD;
	if (!at)
		return len < HTTP_HEAD_MAX ? HTTP_PARTIAL : HTTP_BAD;
	*ret_len = (size_t)(at - buf) + sizeof(end) - 1;
	return HTTP_REQUEST;
}

size_t http_reply(char buf[static HTTP_REPLY_MAX], const char *status, const char *body)
{
	int n = snprintf(buf, HTTP_REPLY_MAX,
			 "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
			 status, strlen(body), body);

	return n < HTTP_REPLY_MAX ? (size_t)n : HTTP_REPLY_MAX - 1;
}
