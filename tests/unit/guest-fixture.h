/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_GUEST_FIXTURE_H
#define RAMRIG_GUEST_FIXTURE_H

/*
 * A cell whose guest is a process that answers from a script, over a socket
 * instead of a virtio port: no QEMU, no libvirt session. Include it after
 * cmocka.h. JSON is written with ' for " here.
 */
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cell/cell.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "proto/frame.h"
#include "proto/link.h"

#define VERB_MS 400	/* what a silent guest costs a test */
#define SILENCE NULL
#define DEATH "death"

#define CPUS "/sys/devices/system/cpu/online"
/* What a guest of the fixture's topology says of its hardware, all at once; @cpus is JSON. */
#define HARDWARE(cpus) \
	"'result': {'files': {'" CPUS "': " cpus ", '/sys/devices/system/node/online': '0', " \
	"'/sys/devices/system/node/node0/meminfo': 'Node 0 MemTotal: 1000000 kB'}}"

/*
 * How the guest answers @verb about @about (its path, name, serial, device or
 * the number of its job; NULL: any). The first reply that fits is taken; without
 * one the answer is an empty result. @before and @after are events told around it.
 */
struct reply {
	const char *verb, *about;
	const char *answer;	/* "'result': {...}", SILENCE or DEATH */
	const char *before, *after;	/* '\n' between two; NULL: none */
	unsigned times;		/* how often it is given; 0: always */
};

#define REPLIES_ALL_MAX 64

struct cell_fixture {
	struct topology topology;
	struct cell cell;
	struct guest guest;
	char dir[64];
	int fd;
	pid_t pid;
	FILE *log;
	char *said;		/* what the host has asked so far; see asked() */
	size_t said_len;
};

static inline json_t *json_of(const char *text)
{
	cleanup_free char *copy = path_format("%s", text);
	json_error_t why;

	for (char *p = copy; (p = strchr(p, '\''));)
		*p = '"';
	json_t *j = json_loads(copy, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);

	if (!j)
		fail_msg("%s: %s", why.text, copy);
	return j;
}

static inline void guest_say(int fd, const char *text)
{
	cleanup_json json_t *j = json_of(text);
	cleanup_free unsigned char *data = NULL;
	struct err e;
	size_t len;

	if (frame_encode(j, &data, &len, &e) || send(fd, data, len, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(0);
}

static inline void guest_say_all(int fd, const char *lines)
{
	cleanup_free char *copy = path_format("%s", lines ? lines : "");

	for (char *line = copy, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		guest_say(fd, line);
	}
}

static inline bool reply_fits(const struct reply *r, const json_t *request)
{
	static const char *const keys[] = { "path", "name", "serial", "device" };

	if (strcmp(r->verb, json_str(request, "verb")))
		return false;
	if (!r->about)
		return true;
	if (json_is_integer(json_object_get(request, "job")))
		return json_int_or(request, "job", 0) == strtol(r->about, NULL, 10);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *value = json_str(request, keys[i]);

		if (value && !strcmp(r->about, value))
			return true;
	}
	return false;
}

static inline void guest_answer(int fd, const struct reply *replies, size_t n, const json_t *request)
{
	static const struct reply well = { .answer = "'result': {}" };
	static unsigned given[REPLIES_ALL_MAX];
	const struct reply *r = &well;

	for (size_t i = 0; i < n && r == &well; i++) {
		if (!reply_fits(&replies[i], request) ||
		    (replies[i].times && given[i] == replies[i].times))
			continue;
		r = &replies[i];
		given[i]++;
	}
	guest_say_all(fd, r->before);
	if (r->answer && !strcmp(r->answer, DEATH))
		_exit(0);
	if (r->answer) {
		cleanup_free char *text = path_format("{'id': %d, %s}",
						      (int)json_int_or(request, "id", 0), r->answer);
		guest_say(fd, text);
	}
	guest_say_all(fd, r->after);
}

static inline void __attribute__((noreturn)) guest_serve(int fd, const struct reply *replies, size_t n)
{
	struct frame_decoder *d = NULL;
	char buf[4096];
	struct err e;
	ssize_t got;

	if (frame_decoder_new(&d, &e))
		_exit(1);
	guest_say(fd, "{'event': 'hello', 'protocol': 1, 'release': '6.12', 'machine': 'x86_64', "
		      "'monotonic_ns': 1}");
	while ((got = read(fd, buf, sizeof(buf))) > 0) {
		for (size_t at = 0, used; at < (size_t)got; at += used) {
			json_t *request = NULL;

			if (frame_decoder_feed(d, buf + at, (size_t)got - at, &used, &request, &e))
				_exit(1);
			if (request)
				guest_answer(fd, replies, n, request);
			json_decref(request);
		}
	}
	_exit(0);
}

static inline void fixture_open(struct cell_fixture *f, const struct reply *replies, size_t n,
				const char *workload, const char *policies)
{
	json_t *hello = NULL;
	struct err e;
	int fds[2];

	assert_in_range(n, 0, REPLIES_ALL_MAX);
	*f = (struct cell_fixture){ .dir = "/tmp/ramrig-cell-XXXXXX" };
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	f->pid = fork();
	if (!f->pid) {
		close(fds[0]);
		guest_serve(fds[1], replies, n);
	}
	close(fds[1]);
	f->fd = fds[0];
	f->log = open_memstream(&f->said, &f->said_len);
	f->guest.verb_ms = VERB_MS;
	/* Two CPUs and 1 GiB; a test that wants more hardware sets it. */
	f->topology = (struct topology){
		.name = "plain", .cpus = 2, .n_nodes = 1, .nodes = { { .bytes = 1ULL << 30 } },
	};
	assert_int_equal(link_new(f->fd, -1, &f->guest.link, &e), 0);
	link_set_log(f->guest.link, f->log);
	assert_int_equal(link_hello(f->guest.link, clock_now_ms() + 20000, &hello, &e), 0);
	json_decref(hello);
	f->cell = (struct cell){
		.topology = &f->topology,
		.workload = json_of(workload),
		.policies = json_of(policies),
		.all_policies = json_of(policies),
		.task = task_workload,
		.out_dir = f->dir,
		.sample_hz = 100,
		.guest = &f->guest,
		.daemons = json_array(),
		.result = json_of("{'phases': [], 'warnings': [], 'metrics': {}, 'conformance': []}"),
		.blame = OUTCOME_INFRA_ERROR,
	};
}

static inline void fixture_close(struct cell_fixture *f)
{
	struct cell *c = &f->cell;
	struct err e;

	link_free(f->guest.link);
	close(f->fd);
	waitpid(f->pid, NULL, 0);
	fclose(f->log);
	free(f->said);
	if (c->samples_log)
		fclose(c->samples_log);
	samples_free(c->samples);
	json_decref((json_t *)c->workload);
	json_decref(c->policies);
	json_decref(c->swap_areas);
	json_decref(c->all_policies);
	json_decref(c->daemons);
	json_decref(c->result);
	dir_remove(f->dir, &e);
}

/* How often the host has asked for @verb. */
static inline int asked(struct cell_fixture *f, const char *verb)
{
	cleanup_free char *pattern = path_format("\"verb\":\"%s\"", verb);
	int n = 0;

	fflush(f->log);
	for (const char *p = f->said; (p = strstr(p, pattern)); p++)
		n++;
	return n;
}

static inline void assert_says(const struct err *e, const char *words)
{
	if (!strstr(e->msg, words))
		fail_msg("the error '%s' lacks '%s'", e->msg, words);
}

#endif
