/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_LINK_CHECK_H
#define RAMRIG_LINK_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include "lib/err.h"

/*
 * What a message from the guest must look like before anyone sees it. Each
 * returns 0 and has cleaned the strings in @message (control characters but
 * newline and tab become '?'), or -EPROTO and says what is wrong.
 */
int link_check_event(json_t *event, struct err *e);

/* An answer: "id", and either "result" (an object) or "errno" and "error". */
int link_check_answer(json_t *message, struct err *e);

bool link_event_is_sample(const json_t *event);

#endif
