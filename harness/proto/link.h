/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_LINK_H
#define RAMRIG_LINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "lib/err.h"

/*
 * The host's end of the agent channel: one socket, one request at a time.
 *
 * The guest is not trusted. Whatever it sends, memory stays bounded (a frame,
 * and the tree parsed from it), no call outlasts its deadline, events come at
 * a bounded rate, and in every string that leaves here control characters
 * other than newline and tab have become '?'. What a verb's result holds is
 * checked by who asked for it.
 *
 * Deadlines are points of clock_now_ms(). All waiting functions fail with
 *   -ETIMEDOUT   past the deadline; the link stays usable
 *   -ECANCELED   the interrupt fd became readable; the caller knows why
 *   -ECONNRESET  the other side closed
 *   -EPROTO      the other side broke the protocol
 * and after the last two every later call fails in the same way.
 */
struct link;

/*
 * @fd is made non-blocking; @interrupt_fd may be -1. Both stay the caller's
 * and must outlive the link.
 */
int link_new(int fd, int interrupt_fd, struct link **ret, struct err *e);
void link_free(struct link *l);		/* NULL is fine; does not close @fd */

static inline void cleanup_linkp(struct link **l)
{
	link_free(*l);
}
#define cleanup_link __attribute__((cleanup(cleanup_linkp)))

/*
 * @fn is called with each checked event while a function below waits:
 *   sample       "t_ns" is an integer, "v" an array of numbers and nulls
 *   daemon-exit  "job" and one of "exit", "signal" are integers,
 *                "name" and "output" strings
 * It must not use the link. Without a handler events are dropped.
 */
void link_set_event_handler(struct link *l, void (*fn)(const json_t *event, void *arg), void *arg);

/*
 * While events flow: a call then also fails (-ETIMEDOUT, and link_answered() does not
 * hold) once the guest has sent nothing for @quiet_ms, however far its deadline is.
 * 0: it may be quiet until then.
 */
void link_expect_events(struct link *l, int64_t quiet_ms);

/*
 * Writes one JSON line a message to @log: { "ms": clock_now_ms(), "from":
 * "host" or "guest", "message": {...} }. Samples, and what trace-read
 * brings, are left out. After 64 MiB a last line says that the log ends. @log stays
 * the caller's; NULL for none.
 */
void link_set_log(struct link *l, FILE *log);

/*
 * Waits for the agent's hello, which must be of this PROTOCOL_VERSION. The
 * caller decrefs *ret_hello: "release" and "machine" are short strings,
 * "monotonic_ns" an integer.
 */
int link_hello(struct link *l, int64_t deadline_ms, json_t **ret_hello, struct err *e);

/*
 * Sends @verb with @params (an object, stolen even on failure; NULL for
 * none) and waits for its answer. The caller decrefs *ret_result, an object;
 * @ret_result may be NULL.
 *
 * When the agent answers with an error, that is returned as -errno with the
 * guest's words. ECANCELED, ECONNRESET and EPROTO become EREMOTEIO, so that
 * those above mean the link, and so does ENOPKG, by which callers mean the
 * image. link_answered() tells a guest's ETIMEDOUT from a guest that did not
 * answer.
 */
int link_call(struct link *l, const char *verb, json_t *params, int64_t deadline_ms,
	      json_t **ret_result, struct err *e);

/* Whether the last link_call() got an answer, be it an error. */
bool link_answered(const struct link *l);

/* Hands out events until @until_ms, then returns 0; -ETIMEDOUT only as link_expect_events() says. */
int link_wait(struct link *l, int64_t until_ms, struct err *e);

#endif
