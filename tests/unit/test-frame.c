/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/json.h"
#include "proto/frame.h"

static struct frame_decoder *decoder(void)
{
	struct frame_decoder *d;
	struct err e;

	assert_int_equal(frame_decoder_new(&d, &e), 0);
	return d;
}

/* Two frames, one behind the other. */
static size_t two_frames(unsigned char *buf)
{
	static const char *const texts[] = { "{\"id\":7}", "{\"event\":\"x\",\"v\":[1,null]}" };
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		frame_header(buf + len, strlen(texts[i]));
		memcpy(buf + len + FRAME_HEADER, texts[i], strlen(texts[i]));
		len += FRAME_HEADER + strlen(texts[i]);
	}
	return len;
}

/* Feeds one piece to its end; returns how many frames came out of it. */
static int feed_all(struct frame_decoder *d, const unsigned char *data, size_t len)
{
	struct err e;
	int n = 0;

	for (size_t at = 0, used; at < len; at += used) {
		json_t *frame;

		assert_int_equal(frame_decoder_feed(d, data + at, len - at, &used, &frame, &e), 0);
		assert_true(used > 0);
		n += frame != NULL;
		json_decref(frame);
	}
	return n;
}

static void frames_survive_a_cut_at_every_byte(void **state)
{
	unsigned char buf[256];
	size_t len = two_frames(buf);
	(void)state;

	for (size_t cut = 0; cut <= len; cut++) {
		struct frame_decoder *d = decoder();
		int n = feed_all(d, buf, cut);

		assert_int_equal(n + feed_all(d, buf + cut, len - cut), 2);
		assert_false(frame_decoder_is_partial(d));
		frame_decoder_free(d);
	}
}

static void frames_survive_coming_byte_by_byte(void **state)
{
	unsigned char buf[256];
	size_t len = two_frames(buf);
	struct frame_decoder *d = decoder();
	int n = 0;
	(void)state;

	for (size_t i = 0; i < len; i++)
		n += feed_all(d, buf + i, 1);
	assert_int_equal(n, 2);
	frame_decoder_free(d);
}

static void an_encoded_object_decodes_to_itself(void **state)
{
	cleanup_json json_t *j = json_pack("{s:i, s:[s,n,f]}", "id", 3, "v", "\xc3\xa9\n", 0.5);
	cleanup_free unsigned char *data = NULL;
	cleanup_json json_t *frame = NULL;
	struct frame_decoder *d = decoder();
	struct err e;
	size_t len, used;
	(void)state;

	assert_int_equal(frame_encode(j, &data, &len, &e), 0);
	assert_int_equal(frame_decoder_feed(d, data, len, &used, &frame, &e), 0);
	assert_int_equal(used, len);
	assert_true(json_equal(j, frame));
	frame_decoder_free(d);
}

static void an_object_too_big_for_a_frame_is_not_encoded(void **state)
{
	cleanup_free char *text = malloc(PROTOCOL_FRAME_MAX);
	unsigned char *data = NULL;
	struct err e;
	size_t len;
	(void)state;

	memset(text, 'x', PROTOCOL_FRAME_MAX);
	cleanup_json json_t *j = json_pack("{s:s#}", "data", text, PROTOCOL_FRAME_MAX - 11);
	assert_int_equal(frame_encode(j, &data, &len, &e), 0);
	assert_int_equal(len, FRAME_HEADER + PROTOCOL_FRAME_MAX);
	free(take_ptr(data));
	json_object_set_new(j, "more", json_null());
	assert_int_equal(frame_encode(j, &data, &len, &e), -EMSGSIZE);
	assert_null(data);
}

static void a_broken_stream_fails_for_good(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t len;
	} cases[] = {
		{ "length 0", "\0\0\0\0", 4 },
		{ "length 2^20 + 1", "\1\0\x10\0", 4 },
		{ "length 2^32 - 1", "\xff\xff\xff\xff", 4 },
		{ "not JSON", "\2\0\0\0{x", 6 },
		{ "an array", "\2\0\0\0[]", 6 },
		{ "a bare string", "\4\0\0\0\"ab\"", 8 },
		{ "a key twice", "\x0d\0\0\0{\"a\":1,\"a\":2}", 17 },
		{ "a NUL in a string", "\x0e\0\0\0{\"a\":\"\\u0000\"}", 18 },
		{ "bad UTF-8", "\x09\0\0\0{\"a\":\"\xff\"}", 13 },
		{ "two objects in one frame", "\4\0\0\0{}{}", 8 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct frame_decoder *d = decoder();
		json_t *frame = NULL;
		struct err e;
		size_t used;

		print_message("  %s\n", cases[i].what);
		assert_int_equal(frame_decoder_feed(d, cases[i].bytes, cases[i].len, &used, &frame,
						    &e), -EPROTO);
		assert_int_equal(frame_decoder_feed(d, "\2\0\0\0{}", 6, &used, &frame, &e), -EPROTO);
		assert_null(frame);
		frame_decoder_free(d);
	}
}

static void json_nested_too_deep_is_refused(void **state)
{
	unsigned char buf[FRAME_HEADER + 100000];
	struct frame_decoder *d = decoder();
	json_t *frame = NULL;
	struct err e;
	size_t used;
	(void)state;

	frame_header(buf, sizeof(buf) - FRAME_HEADER);
	memset(buf + FRAME_HEADER, '[', sizeof(buf) - FRAME_HEADER);
	memcpy(buf + FRAME_HEADER, "{\"a\":", 5);
	assert_int_equal(frame_decoder_feed(d, buf, sizeof(buf), &used, &frame, &e), -EPROTO);
	frame_decoder_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_survive_a_cut_at_every_byte),
		cmocka_unit_test(frames_survive_coming_byte_by_byte),
		cmocka_unit_test(an_encoded_object_decodes_to_itself),
		cmocka_unit_test(an_object_too_big_for_a_frame_is_not_encoded),
		cmocka_unit_test(a_broken_stream_fails_for_good),
		cmocka_unit_test(json_nested_too_deep_is_refused),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
