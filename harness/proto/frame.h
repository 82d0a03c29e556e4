/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_FRAME_H
#define RAMRIG_FRAME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "lib/err.h"
#include "proto/protocol.h"

/* The frames of protocol.h, to and from bytes. It does no input or output. */

#define FRAME_HEADER 4

/* Writes the header of a frame of @len bytes, 1 to PROTOCOL_FRAME_MAX. */
void frame_header(unsigned char header[static FRAME_HEADER], size_t len);

/*
 * Encodes @j as one whole frame. The caller frees *ret. -EMSGSIZE when it is
 * over PROTOCOL_FRAME_MAX.
 */
int frame_encode(const json_t *j, unsigned char **ret, size_t *ret_len, struct err *e);

/*
 * Turns a byte stream, cut anywhere, into JSON objects. What the other side
 * sends is not trusted: the decoder buffers at most PROTOCOL_FRAME_MAX bytes
 * whatever length is announced, and only as many as have come.
 */
struct frame_decoder;

int frame_decoder_new(struct frame_decoder **ret, struct err *e);
void frame_decoder_free(struct frame_decoder *d);	/* NULL is fine */

/*
 * Takes bytes up to the end of the next frame. *ret_used says how many were
 * taken; *ret_frame is that frame, which the caller decrefs, or NULL when
 * all @len bytes were taken and it is not complete yet. Call again with the
 * rest.
 *
 * -EPROTO for a bad length, for JSON that cannot be read or has a key twice,
 * and for anything but an object; from then on every call fails so.
 */
int frame_decoder_feed(struct frame_decoder *d, const void *data, size_t len, size_t *ret_used,
		       json_t **ret_frame, struct err *e);

/* True in the middle of a frame: a stream that ends now was cut. */
bool frame_decoder_is_partial(const struct frame_decoder *d);

#endif
