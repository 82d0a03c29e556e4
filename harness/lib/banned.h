/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BANNED_H
#define RAMRIG_BANNED_H

/*
 * Functions that cannot be used safely are compile errors in every file: the
 * Makefile includes this header with -include.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
#pragma GCC poison strtok atoi atol atoll tmpnam mktemp system popen
#pragma GCC poison gmtime localtime ctime asctime

#endif
