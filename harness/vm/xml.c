/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include "vm/xml.h"

void xml_open(xmlTextWriterPtr w, const char *tag)
{
	xmlTextWriterStartElement(w, BAD_CAST tag);
}

void xml_close(xmlTextWriterPtr w)
{
	xmlTextWriterEndElement(w);
}

void xml_attr(xmlTextWriterPtr w, const char *name, const char *value)
{
	xmlTextWriterWriteAttribute(w, BAD_CAST name, BAD_CAST value);
}

void xml_attr_number(xmlTextWriterPtr w, const char *name, uint64_t value)
{
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST name, "%" PRIu64, value);
}

void xml_text(xmlTextWriterPtr w, const char *tag, const char *text)
{
	xmlTextWriterWriteElement(w, BAD_CAST tag, BAD_CAST text);
}

void xml_flag(xmlTextWriterPtr w, const char *tag, const char *name, const char *value)
{
	xml_open(w, tag);
	xml_attr(w, name, value);
	xml_close(w);
}

void xml_qemu_arg(xmlTextWriterPtr w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	xml_qemu_arg_begin(w);
	xmlTextWriterWriteVFormatString(w, fmt, ap);
	xml_qemu_arg_end(w);
	va_end(ap);
}

void xml_qemu_arg_begin(xmlTextWriterPtr w)
{
	xml_open(w, "qemu:arg");
	xmlTextWriterStartAttribute(w, BAD_CAST "value");
}

void xml_qemu_arg_part(xmlTextWriterPtr w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	xmlTextWriterWriteVFormatString(w, fmt, ap);
	va_end(ap);
}

void xml_qemu_arg_path(xmlTextWriterPtr w, const char *path)
{
	for (size_t len; *path; path += len + (path[len] == ',')) {
		len = strcspn(path, ",");
		xml_qemu_arg_part(w, "%.*s%s", (int)len, path, path[len] ? ",," : "");
	}
}

void xml_qemu_arg_end(xmlTextWriterPtr w)
{
	xmlTextWriterEndAttribute(w);
	xml_close(w);
}
