/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_XML_H
#define RAMRIG_XML_H

#include <libxml/xmlwriter.h>
#include <stdint.h>

/*
 * Short names for what the domain's writers do all the time. xmlwriter's calls
 * fail only when memory runs out, and then every later one fails too: the last
 * one tells for all.
 */
void xml_open(xmlTextWriterPtr w, const char *tag);
void xml_close(xmlTextWriterPtr w);
void xml_attr(xmlTextWriterPtr w, const char *name, const char *value);
void xml_attr_number(xmlTextWriterPtr w, const char *name, uint64_t value);

/* <TAG>text</TAG> */
void xml_text(xmlTextWriterPtr w, const char *tag, const char *text);

/* <TAG NAME='value'/> */
void xml_flag(xmlTextWriterPtr w, const char *tag, const char *name, const char *value);

/* <qemu:arg value='...'/>, formatted. */
void xml_qemu_arg(xmlTextWriterPtr w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * The same for a value made of parts: begin, as many parts as there are, end. A
 * path's commas are doubled, or QEMU would take what follows for an option.
 */
void xml_qemu_arg_begin(xmlTextWriterPtr w);
void xml_qemu_arg_part(xmlTextWriterPtr w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void xml_qemu_arg_path(xmlTextWriterPtr w, const char *path);
void xml_qemu_arg_end(xmlTextWriterPtr w);

#endif
