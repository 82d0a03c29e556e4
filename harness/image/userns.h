/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_USERNS_H
#define RAMRIG_USERNS_H

/*
 * How an ordinary user becomes root over its own subordinate users
 * (/etc/subuid): the words in front of a command. Everything started that way
 * ends together with the first process.
 */
#define USERNS_COMMAND                                                                         \
	"unshare", "--user", "--map-auto", "--map-root-user", "--mount", "--pid", "--fork",    \
		"--kill-child"

#endif
