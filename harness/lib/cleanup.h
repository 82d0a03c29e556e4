/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLEANUP_H
#define RAMRIG_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

static inline void cleanup_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

/* Declare a resource with its end: cleanup_close int fd = open(...); */
#define cleanup_close __attribute__((cleanup(cleanup_closep)))
#define cleanup_free __attribute__((cleanup(cleanup_freep)))
#define cleanup_fclose __attribute__((cleanup(cleanup_fclosep)))

/* Hands ownership over: what is returned is no longer freed here. */
#define take_ptr(p) ({ __typeof__(p) p_ = (p); (p) = NULL; p_; })
#define take_fd(fd) ({ int fd_ = (fd); (fd) = -1; fd_; })

#endif
